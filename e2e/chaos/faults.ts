import { setTimeout as pause } from 'node:timers/promises'
import { serves } from '../cluster-view.ts'
import { STEADY } from './base.ts'
import type { Cluster } from './cluster.ts'
import type { Line } from './lines.ts'
import type { DeadLink } from './notice.ts'
import { type Break, type Fault, type Kill, LONG_SILENCE_MS } from './plan.ts'
import type { SteadyLoad } from './steady-load.ts'

/** What came of one fault, once it is mended. */
export interface Done {
  /** Killed: what was told of it to anyone is lost. */
  readonly killed: string | null
  /** From the kill until it could be used again. */
  readonly awayMs: number | null
  readonly dead: readonly DeadLink[]
}

/** Does it at its time and mends it. With an aborted signal it hurries, but mends all the same. */
export async function commit(
  cluster: Cluster,
  fault: Fault,
  loads: ReadonlyMap<string, SteadyLoad>,
  signal: AbortSignal,
): Promise<Done> {
  await wait(fault.at, signal)
  return fault.kind === 'kill'
    ? kill(cluster, fault, loads.get(fault.process), signal)
    : breakLinks(cluster, fault, signal)
}

async function kill(
  { victims, nodes }: Cluster,
  { process, forMs }: Kill,
  load: SteadyLoad | undefined,
  signal: AbortSignal,
): Promise<Done> {
  const victim = victims.get(process)
  if (victim === undefined) throw new Error(`there is no ${process} to be killed`)
  const began = performance.now()
  load?.down()
  await victim.kill()
  await wait(forMs, signal)
  await victim.start()
  const node = nodes.find(({ name }) => name === process)
  const [open] = STEADY
  if (node !== undefined && open !== undefined) await serves(node, open.path, open.status)
  load?.up()
  return { killed: process, awayMs: performance.now() - began, dead: [] }
}

async function breakLinks({ lines }: Cluster, fault: Break, signal: AbortSignal): Promise<Done> {
  const { kind, from, which, unaware, forMs } = fault
  const own = lines.of(from)
  const used = own.filter(({ link }) => link.open > 0)
  const broken = which === 'all' ? own : used
  const at = Date.now()
  for (const { link } of broken) {
    if (kind === 'cut') link.cut()
    else if (kind === 'freeze') link.freeze()
    else link.halfOpen(unaware)
  }
  await wait(forMs, signal)
  if (kind !== 'half-open') for (const { link } of broken) link.mend()
  const isLong = kind === 'half-open' || (kind === 'freeze' && forMs >= LONG_SILENCE_MS)
  const dead = (line: Line): DeadLink => ({
    line,
    at,
    near: kind === 'freeze' || unaware === 'near',
    far: kind === 'freeze' || unaware === 'far',
  })
  return { killed: null, awayMs: null, dead: isLong ? used.map(dead) : [] }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
