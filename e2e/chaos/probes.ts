import type { Row } from '../client.ts'
import { send } from '../client.ts'
import type { Random } from '../fuzz/random.ts'
import { steadyKey } from './base.ts'
import type { Cluster } from './cluster.ts'
import type { Rows } from './convergence.ts'

const PROBES = 8

/** Asks each node for some routes that are there and some paths that are no more; says what is answered otherwise than it must be. */
export async function probe(
  { nodes }: Cluster,
  rows: Rows,
  paths: ReadonlySet<string>,
  chance: Random,
): Promise<readonly string[]> {
  const there = new Map<string, Row>()
  for (const row of rows.values())
    if (row.kind === 'routes') for (const path of pathsOf(row)) there.set(path, row)
  const gone = [...paths].filter((path) => !there.has(path))
  const chosen = [...chance.some([...there.keys()], PROBES), ...chance.some(gone, PROBES)]
  const faults: string[] = []
  for (const path of chosen) {
    for (const withKey of [false, true]) {
      const wanted = statusOf(there.get(path), rows, withKey)
      for (const { name, proxy } of nodes) {
        const { status } = await send(`${proxy}${path}`, { headers: withKey ? steadyKey : {} })
        if (status !== wanted)
          faults.push(
            `${name} answers ${path} ${withKey ? 'with' : 'without'} a key with ${status} instead of ${wanted}`,
          )
      }
    }
  }
  return faults
}

export function pathsOf({ paths }: Row): readonly string[] {
  return Array.isArray(paths) ? paths.map(String) : []
}

/** What a node must answer, by what is stored. */
function statusOf(route: Row | undefined, rows: Rows, withKey: boolean): number {
  const service = rows.get(idOf(route?.service))
  if (route === undefined || service?.enabled !== true) return 404
  if (pluginOn('key-auth', route, service, rows) !== undefined && !withKey) return 401
  const end = pluginOn('request-termination', route, service, rows)?.config
  return end === undefined ? 200 : Number(Object(end).status_code)
}

/** That of the route wins over that of its service. */
function pluginOn(name: string, route: Row, service: Row, rows: Rows): Row | undefined {
  const enabled = [...rows.values()].filter(
    (row) => row.kind === 'plugins' && row.name === name && row.enabled,
  )
  return (
    enabled.find((row) => idOf(row.route) === route.id) ??
    enabled.find((row) => idOf(row.service) === service.id)
  )
}

function idOf(reference: unknown): string {
  return String(Object(reference).id)
}
