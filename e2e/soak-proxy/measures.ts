import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { send } from '../client.ts'
import type { Cluster } from './cluster.ts'
import type { Sample } from './flatness.ts'

/** What must not grow, in its own unit. `allowed` is how much it may all the same, or a tenth, whichever is more. */
export const MEASURES = {
  // The heaps come and go in it, as the collector likes: up to 200 MB.
  'resident memory': { unit: 'MB', allowed: 64 },
  'JavaScript heaps': { unit: 'MB', allowed: 16 },
  'open files and sockets': { unit: '', allowed: 30 },
  'copy of the config on disk': { unit: 'kB', allowed: 16_384 },
} as const

export type Measure = keyof typeof MEASURES

/** By process and measure. */
export type Measured = ReadonlyMap<string, ReadonlyMap<Measure, readonly Sample[]>>

const EVERY_MS = 1_000
const MB = 1024 * 1024

/** Looks at the processes every second, until aborted. */
export async function measure(
  cluster: Cluster,
  into: Map<string, Map<Measure, Sample[]>>,
  signal: AbortSignal,
) {
  const began = performance.now()
  while (!signal.aborted) {
    await Promise.all(
      cluster.stack.nodes.map(async ({ name, status, prefix }) => {
        const values = await valuesOf(status, prefix).catch(() => null)
        const seconds = (performance.now() - began) / 1000
        for (const [key, value] of values ?? []) {
          const series = into.get(name) ?? new Map<Measure, Sample[]>()
          into.set(name, series.set(key, [...(series.get(key) ?? []), { seconds, value }]))
        }
      }),
    )
    await pause(EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function valuesOf(status: string, prefix: string): Promise<readonly (readonly [Measure, number])[]> {
  const { text } = await send(`${status}/metrics`, { signal: AbortSignal.timeout(5_000) })
  return [
    ['resident memory', sum(text, 'process_resident_memory_bytes') / MB],
    ['JavaScript heaps', sum(text, 'kong_memory_workers_lua_vms_bytes') / MB],
    ['open files and sockets', sum(text, 'process_open_fds')],
    ['copy of the config on disk', sizeOf(join(prefix, 'dbless.lmdb')) / 1024],
  ]
}

/** All series of a metric together, or those whose labels hold a text. */
export function sum(text: string, metric: string, label = ''): number {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
  const of = lines.filter((line) => line.includes(label))
  return of.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (total, { parentPath, name }) =>
        total + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
}
