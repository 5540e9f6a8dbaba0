import { setTimeout as pause } from 'node:timers/promises'
import { reaches } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { random } from '../fuzz/random.ts'
import { keepLogs } from '../keep-logs.ts'
import type { Run } from '../soak/command-line.ts'
import type { Sample } from '../soak/flatness.ts'
import { grown, LONG_SECONDS } from '../soak/growth.ts'
import { leftovers } from '../soak/leftovers.ts'
import { type Measure, type Measured, measure, metricsOf, openFiles } from '../soak/measures.ts'
import { outages } from '../soak/outages.ts'
import { Promises } from '../soak/promises.ts'
import { type Restart, type Restarts, restarts } from '../soak/restarts.ts'
import { type Clients, startClients } from './clients.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { History } from './history.ts'
import { LANES, poolOf } from './lane.ts'
import { type Tally, Tribunal } from './tribunal.ts'
import { startWriters, type Writers } from './writers.ts'

export interface SoakOptions extends Run {
  readonly seconds: number
  /** Changes of the config a second. */
  readonly changes: number
  /** Requests a second; null for as many as the machine gives. */
  readonly rate: number | null
  /** Between two restarts, seconds; the first comes after half of it. */
  readonly restartEvery: number
}

export interface SoakReport {
  readonly seconds: number
  readonly asked: number
  readonly written: number
  readonly promised: number
  readonly tally: Tally
  readonly restarts: readonly Restart[]
  readonly spells: number
  /** Of the node that was there all the time. */
  readonly measured: Measured
  readonly elder: string
  /** Whether it took long enough to say whether anything grows. */
  readonly isLong: boolean
  readonly faults: readonly string[]
}

const CLIENTS = 24
const POOLS = Array.from({ length: LANES }, (_, lane) => poolOf(lane))
const MODES = ['dead', 'dead', 'ill', 'stalled'] as const
const TELL_EVERY_MS = 30_000

/** Load on two nodes while everything changes: all that is answered is judged by the config that answered it. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const cluster = await startCluster()
  try {
    const { sent, ...report } = await soaked(cluster, options)
    const { faults } = report
    if (faults.length > 0) {
      const { keep, say, seed } = options
      keepLogs(cluster.stack, keep, { 'changes.txt': sent, 'faults.txt': faults })
      say(
        `logs, changes and faults are in ${keep}; the same choices again: npm run soak:proxy -- --seed ${seed}`,
      )
    }
    return report
  } finally {
    await cluster.close()
  }
}

/** With what the writers sent. */
interface Soaked extends SoakReport {
  readonly sent: readonly string[]
}

/** All that is learnt while it goes on. */
interface Scene {
  readonly cluster: Cluster
  readonly history: History
  readonly promises: Promises
  readonly restarted: Restarts
  readonly tribunal: Tribunal
  readonly measured: Map<Measure, readonly Sample[]>
}

async function soaked(cluster: Cluster, options: SoakOptions): Promise<Soaked> {
  const history = new History()
  const restarted: Restarts = { done: [], killed: [], stopped: [], faults: [] }
  const tribunal = new Tribunal(history, { spells: cluster.upstreams.spells, killed: restarted.killed })
  const scene = { cluster, history, promises: new Promises(), restarted, tribunal, measured: new Map() }
  const judging = new AbortController()
  const judges = tribunal.follow(cluster.stack.database.url(), judging.signal)
  try {
    await Promise.race([caughtUp(scene), judges])
    const filesBefore = openFiles(await metricsOf(cluster.elder))
    const played = await play(scene, options, judges)
    judging.abort()
    await judges
    return reportOf(
      scene,
      played,
      await leftovers(cluster.stack.nodes, POOLS, cluster.elder, isLong(played) ? filesBefore : null),
    )
  } finally {
    judging.abort()
  }
}

/** Before it begins, both nodes have what is there, and are held to it. */
async function caughtUp({ cluster, history, promises }: Scene): Promise<void> {
  await eventually(() => {
    if (history.head === 0) throw new Error('nobody has read the journal')
  })
  for (const node of cluster.stack.nodes) promises.up(node.name, await reaches(node, history.head))
}

interface Played {
  readonly seconds: number
  readonly clients: Clients
  readonly writers: Writers
}

/** Everything at once, until the time is over or something breaks. */
async function play(scene: Scene, options: SoakOptions, judges: Promise<void>): Promise<Played> {
  const { cluster, history, promises, restarted, tribunal, measured } = scene
  const { stack, upstreams, surroundings, balancer, tlsBalancer } = cluster
  const { seed, seconds, changes, rate, restartEvery, signal } = options
  const ending = new AbortController()
  const began = performance.now()
  const writers = startWriters({ adminUrl: stack.adminUrl, seed, rate: changes, surroundings, promises })
  const clients = startClients({
    ...{ cluster, history, seed, rate, count: CLIENTS },
    floors: () => promises.floors,
    lateMs: writers.lateMs,
    tell: (outcome) => tribunal.take(outcome),
  })
  const around = { everyMs: restartEvery * 1000, head: () => history.head, promises, signal: ending.signal }
  try {
    const others = Promise.all([
      outages(upstreams, upstreams.ports.slice(1), MODES, random(seed, -1), ending.signal),
      restarts({ node: cluster.restarted, balancers: [balancer, tlsBalancer] }, around, restarted),
      measure(cluster.elder, measured, ending.signal),
      tellNowAndThen(options, tribunal, clients, ending.signal),
    ])
    await Promise.race([pause(seconds * 1000, undefined, { signal }).catch(() => undefined), others, judges])
    ending.abort()
    await others
  } finally {
    ending.abort()
    await clients.stop()
    await writers.stop()
  }
  return { seconds: (performance.now() - began) / 1000, clients, writers }
}

function isLong({ seconds }: Pick<Played, 'seconds'>): boolean {
  return seconds >= LONG_SECONDS
}

function reportOf(
  { cluster, history, promises, restarted, tribunal, measured }: Scene,
  { seconds, clients, writers: { writing } }: Played,
  left: readonly string[],
): Soaked {
  const elder = cluster.elder.name
  return {
    seconds,
    asked: clients.asked,
    written: writing.written,
    sent: writing.sent,
    promised: promises.kept,
    tally: tribunal.tally,
    restarts: restarted.done,
    spells: cluster.upstreams.spells.length,
    measured,
    elder,
    isLong: isLong({ seconds }),
    faults: [
      ...tribunal.tally.faults,
      ...writing.faults,
      ...unknown(writing.acknowledged, history),
      ...restarted.faults,
      ...left,
      ...(isLong({ seconds }) ? grown(measured) : []),
    ],
  }
}

function unknown(acknowledged: readonly number[], history: History): readonly string[] {
  return acknowledged
    .filter((revision) => revision > history.head)
    .map((revision) => `revision ${revision} was acknowledged, and the journal ends at ${history.head}`)
}

async function tellNowAndThen(
  { say }: SoakOptions,
  tribunal: Tribunal,
  clients: Clients,
  signal: AbortSignal,
): Promise<void> {
  let [told, asked] = [0, 0]
  const began = performance.now()
  while (!signal.aborted) {
    await pause(TELL_EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const { faults, excused } = tribunal.tally
    const rate = ((clients.asked - asked) * 1000) / TELL_EVERY_MS
    asked = clients.asked
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    say(`${seconds} s: ${asked} requests, ${rate.toFixed(0)}/s, ${excused} excused, ${faults.length} faults`)
    for (const fault of faults.slice(told, told + 3)) say(`  FAULT: ${fault}`)
    told = faults.length
  }
}
