import { parseArgs } from 'node:util'
import { type Stack, startStack } from '@biplane/e2e/stack'
import { type Connection, connectToWorkers, openConnection } from './connections.ts'
import { cpuTime } from './cpu-time.ts'
import { addRoute, fillRoutes } from './routes.ts'
import { settled } from './settled.ts'
import { median, quantile, rounded } from './statistics.ts'
import { startUpstream } from './upstream.ts'

// npm run bench:sync [-- --routes N] [--changes N] [--json]: from the answer of an Admin API write to the route being
// served by every worker of two nodes.
const { values } = parseArgs({
  options: {
    routes: { type: 'string' },
    changes: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
})

interface Figures {
  readonly routes: number
  readonly isolated_p50_ms: number
  readonly isolated_p99_ms: number
  /** Of changes made back to back, as the rest. */
  readonly p50_ms: number
  readonly p99_ms: number
  /** Processor time of one node for one change. */
  readonly node_cpu_ms: number
  /** The longest request while changes were applied back to back. */
  readonly stall_ms: number
  /** The longest request to the upstream itself meanwhile: what the machine adds. */
  readonly direct_stall_ms: number
}

/** What `startStack` gives each node. */
const WORKERS = 2
const changes = Number(values.changes)
const sizes = values.routes === undefined ? [10, 1_000, 10_000] : [Number(values.routes)]
const upstream = await startUpstream()
const stack = await startStack()
const figures: Figures[] = []
try {
  await stack.admin.put('/services/bench', { url: upstream.url })
  let there = 0
  for (const size of sizes) {
    await fillRoutes(stack, there, size)
    there = size
    await settled(stack)
    figures.push(await measure(stack, size))
    say(JSON.stringify(figures.at(-1)))
  }
} finally {
  await stack.close()
  await upstream.stop()
}
if (values.json) process.stdout.write(`${JSON.stringify(figures.at(-1))}\n`)

async function measure(cluster: Stack, routes: number): Promise<Figures> {
  const connections = (
    await Promise.all(cluster.nodes.map(({ proxy }) => connectToWorkers(proxy, WORKERS)))
  ).flat()
  await warmUp(cluster, connections)
  try {
    const isolated = await latencies(cluster, connections, 'isolated', 100)
    const backToBack = await latencies(cluster, connections, 'back', 0)
    const node_cpu_ms = rounded(await cpuPerChange(cluster))
    const stalls = await longestRequests(cluster)
    return {
      routes,
      isolated_p50_ms: rounded(median(isolated)),
      isolated_p99_ms: rounded(quantile(isolated, 0.99)),
      p50_ms: rounded(median(backToBack)),
      p99_ms: rounded(quantile(backToBack, 0.99)),
      node_cpu_ms,
      stall_ms: rounded(stalls.throughNode),
      direct_stall_ms: rounded(stalls.direct),
    }
  } finally {
    for (const connection of connections) connection.close()
  }
}

/** Milliseconds from each write's answer until every worker of every node serves the new route. */
async function latencies(
  cluster: Stack,
  connections: readonly Connection[],
  name: string,
  pauseMs: number,
): Promise<number[]> {
  const taken: number[] = []
  for (let change = 0; change < changes; change += 1) {
    const path = await addRoute(cluster, `${name}-${Date.now()}-${change}`)
    const answered = performance.now()
    await Promise.all(connections.map((connection) => served(connection, path)))
    taken.push(performance.now() - answered)
    await new Promise((done) => setTimeout(done, pauseMs))
  }
  return taken
}

/** As many requests as make a node's code fast: nodes in use are warm, and what is measured is the change. */
async function warmUp(cluster: Stack, connections: readonly Connection[]): Promise<void> {
  const path = await addRoute(cluster, `warm-${Date.now()}`)
  for (const connection of connections) {
    await served(connection, path)
    for (let request = 0; request < 500; request += 1) await connection.get(path)
  }
}

async function served(connection: Connection, path: string): Promise<void> {
  while ((await connection.get(path)).status !== 200) await new Promise((done) => setTimeout(done, 1))
}

/** What a node spends on changes alone: nobody sends it requests meanwhile. */
async function cpuPerChange(cluster: Stack): Promise<number> {
  const [{ pid }] = cluster.nodes
  await settled(cluster)
  const before = cpuTime(pid())
  const idleFrom = performance.now()
  for (let change = 0; change < changes; change += 1) await addRoute(cluster, `cpu-${Date.now()}-${change}`)
  await settled(cluster)
  return (cpuTime(pid()) - before - (await idleCpu(pid(), performance.now() - idleFrom))) / changes
}

/** What the process spends in as much time when nothing changes: heartbeats, timers. */
async function idleCpu(pid: number, ms: number): Promise<number> {
  const before = cpuTime(pid)
  await new Promise((done) => setTimeout(done, ms))
  return cpuTime(pid) - before
}

/** The longest request of a client through a node, and of one that asks the upstream itself, while changes are applied. */
async function longestRequests(cluster: Stack): Promise<{ throughNode: number; direct: number }> {
  const path = await addRoute(cluster, `stall-${Date.now()}`)
  const node = openConnection(cluster.nodes[0].proxy)
  const direct = openConnection(upstream.url)
  await served(node, path)
  const done = new AbortController()
  const asking = Promise.all([node, direct].map((connection) => longest(connection, path, done.signal)))
  for (let change = 0; change < changes; change += 1)
    await addRoute(cluster, `during-${Date.now()}-${change}`)
  done.abort()
  const [throughNode = 0, directly = 0] = await asking
  for (const connection of [node, direct]) connection.close()
  return { throughNode, direct: directly }
}

/** One request after another, about 200 a second, until told to end. */
async function longest(connection: Connection, path: string, signal: AbortSignal): Promise<number> {
  let taken = 0
  while (!signal.aborted) {
    const began = performance.now()
    await connection.get(path)
    taken = Math.max(taken, performance.now() - began)
    await new Promise((done) => setTimeout(done, 4))
  }
  return taken
}

function say(line: string): void {
  if (!values.json) process.stdout.write(`${line}\n`)
}
