import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { send } from '../client.ts'
import type { Node } from '../stack.ts'
import { openCollector } from './collector.ts'
import type { Flatness, Sample } from './flatness.ts'

/**
 * What is told of a node, in its own unit, and by how much it may grow, or a tenth, whichever is more. What the collector has not
 * come to yet is up to 200 MB of the resident memory, so that is only told: what is left after it is judged. Sockets are as many as
 * the load wants: what is left of them after it is judged (leftovers.ts).
 */
export const MEASURES = {
  'resident memory': { unit: 'MB', allowed: null },
  'resident memory after a collection': { unit: 'MB', allowed: 16 },
  'JavaScript heaps': { unit: 'MB', allowed: 16 },
  'open files and sockets': { unit: '', allowed: null },
  'copy of the config on disk': { unit: 'kB', allowed: 16_384 },
} as const satisfies Record<string, { readonly unit: string; readonly allowed: number | null }>

export type Measure = keyof typeof MEASURES

export type Measured = ReadonlyMap<Measure, readonly Sample[]>

/** By how much it may grow. */
export function allowedOf(measure: Measure, { from }: Flatness): number {
  const { allowed } = MEASURES[measure]
  return allowed === null ? Number.POSITIVE_INFINITY : Math.max(allowed, from / 10)
}

const EVERY_MS = 1_000
/** A collection holds up requests for a moment. */
const COLLECT_EVERY = 10
const MB = 1024 * 1024

/** Looks at a node every second, until aborted. */
export async function measure(
  node: Node,
  into: Map<Measure, readonly Sample[]>,
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now()
  const take = (values: readonly (readonly [Measure, number])[]): void => {
    const seconds = (performance.now() - began) / 1000
    for (const [measure, value] of values)
      into.set(measure, [...(into.get(measure) ?? []), { seconds, value }])
  }
  const collector = await openCollector(node)
  try {
    for (let turn = 1; !signal.aborted; turn += 1) {
      take(await valuesOf(node))
      if (turn % COLLECT_EVERY === 0) {
        await collector.collect()
        take([['resident memory after a collection', resident(await metricsOf(node))]])
      }
      await pause(EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    collector.close()
  }
}

async function valuesOf(node: Node): Promise<readonly (readonly [Measure, number])[]> {
  const text = await metricsOf(node)
  return [
    ['resident memory', resident(text)],
    ['JavaScript heaps', sum(text, 'kong_memory_workers_lua_vms_bytes') / MB],
    ['open files and sockets', openFiles(text)],
    ['copy of the config on disk', sizeOf(join(node.prefix, 'dbless.lmdb')) / 1024],
  ]
}

export function openFiles(metrics: string): number {
  return sum(metrics, 'process_open_fds')
}

export async function metricsOf({ status }: Pick<Node, 'status'>): Promise<string> {
  const { text } = await send(`${status}/metrics`)
  return text
}

function resident(text: string): number {
  return sum(text, 'process_resident_memory_bytes') / MB
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
    .map(({ parentPath, name }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((total, size) => total + size, 0)
}
