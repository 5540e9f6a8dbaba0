import { expect } from 'vitest'
import { send } from './client.ts'
import { eventually } from './eventually.ts'
import type { Node, Stack } from './stack.ts'

/** A row of `GET /clustering/data-planes`. */
export interface DataPlane {
  readonly id: string
  readonly hostname: string
  readonly version: string
  readonly config_hash: string
  readonly sync_status: string
  readonly state: string
  readonly last_seen: number
  readonly reductions: readonly { readonly on: string; readonly severity: string }[]
}

export async function dataPlanes({ admin }: Pick<Stack, 'admin'>): Promise<DataPlane[]> {
  const { data } = await admin.get<{ data: DataPlane[] }>('/clustering/data-planes')
  return data
}

/**
 * Waits until the cluster lists `count` nodes in sync with one hash, and gives that hash. All that was written before is then served
 * by every worker of these nodes, while `serves` tells of one of them.
 */
export async function inSync(stack: Pick<Stack, 'admin'>, count: number, withinMs = 60_000): Promise<string> {
  return eventually(async () => {
    const rows = (await dataPlanes(stack)).filter(({ state }) => state === 'in_sync')
    const hashes = new Set(rows.map(({ config_hash }) => config_hash))
    expect({ inSync: rows.length, hashes: hashes.size }).toEqual({ inSync: count, hashes: 1 })
    return rows[0]?.config_hash ?? ''
  }, withinMs)
}

/** Makes a service to the echo upstream and a route to it, as the README's tour does. */
export async function route({ admin, echo }: Pick<Stack, 'admin' | 'echo'>, name: string): Promise<void> {
  await admin.put(`/services/${name}`, { url: echo })
  await admin.put(`/routes/${name}`, { service: { name }, paths: [`/${name}`] })
}

export async function statusOf(
  node: Pick<Node, 'proxy'>,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  return (await send(`${node.proxy}${path}`, { headers })).status
}

/** Waits until the node answers the path with the status. Other workers of it may take a moment longer: see `inSync`, `servesAll`. */
export async function serves(
  node: Pick<Node, 'proxy'>,
  path: string,
  status = 200,
  withinMs = 60_000,
): Promise<void> {
  await eventually(async () => expect(await statusOf(node, path)).toBe(status), withinMs)
}

/** Waits until every worker of the node serves the config with this hash. */
export async function servesAll(
  { name, status }: Pick<Node, 'name' | 'status'>,
  hash: string,
): Promise<void> {
  await eventually(async () => {
    const told = (await send(`${status}/status`)).json<{ configuration_hash: string }>().configuration_hash
    expect({ name, hash: told }).toEqual({ name, hash })
  })
}

/** The bytes of config a hub has sent since it started: all its series together. */
export async function bytesSent({ hubStatus }: Stack): Promise<number> {
  const { text } = await send(`${hubStatus}/metrics`)
  const values = [...text.matchAll(/^biplane_config_bytes_sent_total\{[^}]*\} (\S+)$/gm)].map(([, value]) =>
    Number(value),
  )
  return values.reduce((sum, value) => sum + value, 0)
}

/** How many updates a node has applied since it started. */
export async function updatesApplied({ status }: Pick<Node, 'status'>): Promise<number> {
  const { text } = await send(`${status}/metrics`)
  const counts = [...text.matchAll(/^biplane_updates_total\{[^}]*result="applied"[^}]*\} (\d+)$/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Waits until a hub or node has a revision, or a later one, and gives what it has. */
export async function reaches(
  { name, status }: Pick<Node, 'name' | 'status'>,
  revision: number,
): Promise<number> {
  return eventually(
    async () => {
      const { text } = await send(`${status}/metrics`)
      const at = Number(/^biplane_revision(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1])
      if (!(at >= revision)) throw new Error(`${name} is at ${at} and not at ${revision}`)
      return at
    },
    60_000,
    25,
  )
}
