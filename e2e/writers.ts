import type { Stack } from './stack.ts'

export interface Writers {
  /** Names of the routes whose creation was answered with 201. */
  readonly acknowledged: readonly string[]
  /** Names whose creation got no answer or an error: they may exist or not. */
  readonly unanswered: readonly string[]
  stop(): Promise<void>
}

/** Creates routes of a service as fast as the Admin API takes them, from `count` writers at once, until stopped. */
export function startWriters(
  { adminUrl }: Pick<Stack, 'adminUrl'>,
  service: string,
  count: number,
  prefix: string,
): Writers {
  const acknowledged: string[] = []
  const unanswered: string[] = []
  let stopped = false
  const writer = async (index: number): Promise<void> => {
    for (let round = 0; !stopped; round += 1) {
      const name = `${prefix}-${index}-${round}`
      const created = await fetch(`${adminUrl}/services/${service}/routes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, paths: [`/${name}`] }),
      }).then(
        async (response) => {
          await response.arrayBuffer()
          return response.status === 201
        },
        () => false,
      )
      ;(created ? acknowledged : unanswered).push(name)
      // Without the control plane every attempt fails at once: do not spin.
      if (!created) await new Promise((done) => setTimeout(done, 20))
    }
  }
  const done = Promise.all(Array.from({ length: count }, (_, index) => writer(index)))
  return {
    acknowledged,
    unanswered,
    async stop() {
      stopped = true
      await done
    },
  }
}
