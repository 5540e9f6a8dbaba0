import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Row } from './client.ts'
import type { Stack } from './stack.ts'

/** One entity as nodes get it. */
export interface Told {
  readonly kind: string
  readonly id: string
  readonly entity: Row
}

/** The whole config as nodes of the newest release get it, put together from the journal. */
export async function readConfig({ database }: Pick<Stack, 'database'>): Promise<readonly Told[]> {
  const client = new pg.Client(database.url())
  await client.connect()
  try {
    const { rows } = await client.query<{ changes: readonly Change[] }>(
      'select coalesce(exported, changes) as changes from journal order by revision',
    )
    const config = new Map<string, Told>()
    for (const { kind, id, entity } of rows.flatMap(({ changes }) => changes)) {
      if (entity === null) config.delete(`${kind} ${id}`)
      else config.set(`${kind} ${id}`, { kind, id, entity })
    }
    return [...config.values()]
  } finally {
    await client.end()
  }
}

interface Change extends Omit<Told, 'entity'> {
  readonly entity: Row | null
}

/** What Kong 3.4 would send of it to a node of an older minor version: as far as the tests' configs need to know. */
export function reduced(config: readonly Told[], minor: number): readonly Told[] {
  return config.flatMap(({ kind, id, entity }) => {
    const groups = kind === 'consumer_groups' || kind === 'consumer_group_consumers'
    if (minor < 4 && groups) return []
    return [{ kind, id, entity: STEPS.reduce((row, step) => step(row, kind, minor), entity) }]
  })
}

type Step = (entity: Row, kind: string, minor: number) => Row

const YOUNG = ['consumers', 'plugins', 'targets', 'upstreams', 'workspaces']
const TLS = ['client_certificate', 'tls_verify', 'tls_verify_depth', 'ca_certificates']

const STEPS: readonly Step[] = [
  (row, kind, minor) => (minor < 4 && kind === 'plugins' ? without(row, ['consumer_group']) : row),
  (row, kind, minor) => (minor < 3 && YOUNG.includes(kind) ? without(row, ['updated_at']) : row),
  (row, kind, minor) => (minor < 3 && kind === 'vaults' ? { ...row, config: { prefix: 'a_b_' } } : row),
  (row, kind, minor) =>
    minor < 2 && kind === 'services' && row.protocol === 'tls' ? without(row, TLS) : row,
  (row, kind, minor) => (minor < 2 && kind === 'plugins' ? without(row, ['instance_name']) : row),
  (row, _kind, minor) =>
    minor < 2 && row.algorithm === 'latency' ? { ...row, algorithm: 'round-robin' } : row,
  (row, kind, minor) => (minor < 1 && kind === 'upstreams' ? without(row, ['use_srv_name']) : row),
]

function without(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
}

/** The hash of a config, worked out from nothing but its entities. */
export function hashOf(config: readonly Told[]): string {
  const sum = config.reduce((total, { kind, id, entity }) => {
    const hash = createHash('sha256').update(`${kind}\0${id}\0${canonical(entity)}`)
    return total + BigInt(`0x${hash.digest('hex').slice(0, 32)}`)
  }, 0n)
  return (sum % (1n << 128n)).toString(16).padStart(32, '0')
}

/** JSON with the members of objects in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(',')}}`
}
