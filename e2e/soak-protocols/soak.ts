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
import { Writing } from '../soak/writing.ts'
import { type Protocol, startCallers } from './callers.ts'
import { type Cluster, DRAIN_MS, POOLS, startCluster } from './cluster.ts'
import { type Count, Court } from './court.ts'
import { FreshPorts } from './datagrams.ts'
import { changed, FAMILIES, type Family, initial, type State } from './families.ts'
import type { Ground } from './outcome.ts'
import { Register } from './register.ts'

export interface SoakOptions extends Run {
  readonly seconds: number
  /** Changes of the config a second. */
  readonly changes: number
  /** Between two restarts, seconds; the first comes after half of it. */
  readonly restartEvery: number
  readonly protocols: readonly Protocol[]
}

export interface SoakReport {
  readonly seconds: number
  readonly counts: ReadonlyMap<string, Count>
  readonly longest: Court['longest']
  readonly written: number
  readonly promised: number
  readonly restarts: readonly Restart[]
  readonly spells: number
  /** Of the node that was there all the time. */
  readonly measured: Measured
  readonly elder: string
  /** Whether it took long enough to say whether anything grows. */
  readonly isLong: boolean
  readonly faults: readonly string[]
}

const TELL_EVERY_MS = 30_000

/** All protocols at once on two nodes, while everything changes: what is answered is judged by the config it was answered by. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const cluster = await startCluster()
  try {
    const { sent, ...report } = await soaked(cluster, options)
    const { faults } = report
    if (faults.length > 0) {
      const { keep, say, seed } = options
      keepLogs(cluster.stack, keep, { 'changes.txt': sent, 'faults.txt': faults })
      say(
        `logs, changes and faults are in ${keep}; the same choices again: npm run soak:protocols -- --seed ${seed}`,
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

async function soaked(cluster: Cluster, options: SoakOptions): Promise<Soaked> {
  const { stack, upstreams, elder } = cluster
  const writing = new Writing(stack.adminUrl)
  const promises = new Promises()
  const head = await laid(cluster, promises)
  const registers = registersOf(cluster, head)
  const restarted: Restarts = { done: [], killed: [], stopped: [], faults: [] }
  const court = new Court(registers, { spells: upstreams.spells, ...restarted, drainMs: DRAIN_MS })
  const measured = new Map<Measure, readonly Sample[]>()
  const filesBefore = openFiles(await metricsOf(elder))
  const seconds = await play(
    { cluster, writing, promises, registers, restarted, court, measured, head },
    options,
  )
  const isLong = seconds >= LONG_SECONDS
  const left = await leftovers(stack.nodes, POOLS, elder, isLong ? filesBefore : null)
  return {
    ...{ seconds, counts: court.counts, longest: court.longest, measured, elder: elder.name, isLong },
    ...{ written: writing.written, sent: writing.sent, promised: promises.kept },
    ...{ restarts: restarted.done, spells: upstreams.spells.length },
    faults: [
      ...court.faults,
      ...writing.faults,
      ...restarted.faults,
      ...left,
      ...(await forgotten(cluster)),
      ...(isLong ? grown(measured) : []),
    ],
  }
}

/** Both nodes have what is there from the beginning, and are held to it. @returns its revision */
async function laid({ stack }: Cluster, promises: Promises): Promise<number> {
  const answer = await fetch(`${stack.adminUrl}/consumers/promise`, { method: 'PUT' })
  const revision = Number(answer.headers.get('x-biplane-revision'))
  for (const node of stack.nodes) promises.up(node.name, await reaches(node, revision))
  return revision
}

function registersOf({ surroundings }: Cluster, revision: number): Record<Family, Register<State>> {
  const register = () => new Register(initial(surroundings), revision)
  return {
    web: register(),
    grpc: register(),
    tcp: register(),
    tls: register(),
    passthrough: register(),
    udp: register(),
  }
}

interface Scene {
  readonly cluster: Cluster
  readonly writing: Writing
  readonly promises: Promises
  readonly registers: Readonly<Record<Family, Register<State>>>
  readonly restarted: Restarts
  readonly court: Court
  readonly measured: Map<Measure, readonly Sample[]>
  /** The first revision. */
  readonly head: number
}

/** Everything at once, until the time is over or something breaks. @returns how long it took, seconds */
async function play(scene: Scene, options: SoakOptions): Promise<number> {
  const { cluster, writing, promises, restarted, court, measured } = scene
  const { seed, seconds, restartEvery, signal } = options
  const { upstreams, restarted: node } = cluster
  const ending = new AbortController()
  const began = performance.now()
  const writers = [writing.promise(promises, ending.signal), ...changes(scene, options, ending.signal)]
  const stopping = new AbortController()
  const ground = groundOf(scene, stopping.signal)
  const callers = startCallers(options.protocols, ground, seed, (told) => court.take(told), stopping.signal)
  const around = {
    everyMs: restartEvery * 1000,
    head: () => Math.max(scene.head, ...writing.acknowledged.slice(-100)),
    ...{ promises, signal: ending.signal },
  }
  const balancers = Object.values(cluster.balancers)
  try {
    const others = Promise.all([
      outages(upstreams, upstreams.ports.slice(2), ['dead'], random(seed, -1), ending.signal),
      restarts({ node, balancers }, around, restarted),
      measure(cluster.elder, measured, ending.signal),
      tellNowAndThen(options, court, ending.signal),
      ...writers,
    ])
    await Promise.race([pause(seconds * 1000, undefined, { signal }).catch(() => undefined), others])
    ending.abort()
    await others
  } finally {
    ending.abort()
    stopping.abort()
    await callers.done
    await court.adjourn()
  }
  return (performance.now() - began) / 1000
}

/** One writer for each family, at an even pace. */
function changes(
  { cluster: { surroundings }, registers, writing }: Scene,
  { seed, changes: rate }: SoakOptions,
  signal: AbortSignal,
): readonly Promise<void>[] {
  return FAMILIES.map(async (family, index) => {
    const chance = random(seed, index)
    const register = registers[family]
    const everyMs = (FAMILIES.length * 1000) / rate
    await pause((index * 1000) / rate)
    for (let due = performance.now(); !signal.aborted; due += everyMs) {
      await pause(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined)
      const { write, next } = changed(family, register.latest, chance, surroundings)
      await register.write(next, () => writing.write(write))
    }
  })
}

/** Longer than any session of datagrams takes, with the silence that ends it. */
const PORT_RESTS_MS = 60_000

function groundOf({ cluster, promises, restarted }: Scene, stopping: AbortSignal): Ground {
  const { balancers, elder, restarted: other, nodeBehind, udpPort } = cluster
  const ports = new FreshPorts(PORT_RESTS_MS)
  let turn = 0
  return {
    ...{
      plain: balancers.plain,
      tls: balancers.tls,
      tcp: [balancers.tcp0, balancers.tcp1],
      ssl: balancers.ssl,
    },
    udp(lane) {
      const away = [...restarted.killed, ...restarted.stopped].some(
        ({ to }) => to === Number.POSITIVE_INFINITY,
      )
      turn += 1
      const node = away || turn % 2 === 0 ? elder : other
      return { node: node.name, port: udpPort(node, lane) }
    },
    udpSocket: (port) => ports.connect(port),
    nodeBehind,
    floors: () => promises.floors,
    stopping,
  }
}

/** What sites still have of clients that left. */
async function forgotten({ upstreams }: Cluster): Promise<readonly string[]> {
  const look = async (): Promise<void> => {
    for (const site of upstreams.ports) {
      const open = await (await fetch(`http://127.0.0.1:${site}/open`)).text()
      if (open !== '') throw new Error(`the site ${site} has conversations with clients that left: ${open}`)
    }
  }
  return eventually(look, 30_000, 200).then(
    () => [],
    (error: Error) => [error.message],
  )
}

async function tellNowAndThen({ say }: SoakOptions, court: Court, signal: AbortSignal): Promise<void> {
  let told = 0
  const began = performance.now()
  while (!signal.aborted) {
    await pause(TELL_EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const right = [...court.counts.values()].reduce((sum, count) => sum + count.right, 0)
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    say(`${seconds} s: ${right} calls went well, ${court.faults.length} faults`)
    for (const fault of court.faults.slice(told, told + 3)) say(`  FAULT: ${fault}`)
    told = court.faults.length
  }
}
