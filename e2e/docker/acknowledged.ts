import { expect } from 'vitest'
import { type Admin, send } from '../client.ts'
import { eventually } from '../eventually.ts'
import type { ContainerNode } from './containers.ts'

/** Everything that was acknowledged is in the Admin API's lists, and every node serves it. */
export async function nothingLost(
  { admin, nodes }: { readonly admin: Admin; readonly nodes: readonly ContainerNode[] },
  routes: readonly string[],
): Promise<void> {
  const listed = await names(admin, '/routes')
  expect(routes.filter((name) => !listed.has(name))).toEqual([])
  for (const { service, proxy } of nodes) {
    const missing: string[] = []
    for (const name of routes) if ((await send(`${proxy}/${name}`)).status !== 200) missing.push(name)
    // What a node gets last it may still be about to serve.
    for (const name of missing) {
      await eventually(async () =>
        expect({ service, name, status: (await send(`${proxy}/${name}`)).status }).toEqual({
          service,
          name,
          status: 200,
        }),
      )
    }
  }
}

async function names(admin: Admin, path: string): Promise<Set<string>> {
  const found = new Set<string>()
  for (let next: string | null = `${path}?size=1000`; next !== null; ) {
    const page: { data: { name: string }[]; next: string | null } = await admin.get(next)
    for (const { name } of page.data) found.add(name)
    next = page.next
  }
  return found
}
