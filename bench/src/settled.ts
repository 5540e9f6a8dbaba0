import type { Stack } from '@biplane/e2e/stack'

interface Row {
  readonly state: string
}

/** Resolves when both nodes of the cluster are in sync with everything that was written. */
export async function settled({ admin }: Stack): Promise<void> {
  for (;;) {
    const { data } = await admin.get<{ data: Row[] }>('/clustering/data-planes')
    if (data.filter(({ state }) => state === 'in_sync').length === 2) return
    await new Promise((done) => setTimeout(done, 20))
  }
}
