import { execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Stack, startStack } from '@biplane/e2e/stack'
import { freePort } from '@biplane/tools/postgres'
import { cpuTime } from './cpu-time.ts'
import { proxyConfig, startNginx, upstreamConfig } from './nginx.ts'
import { fillRoutes } from './routes.ts'
import { settled } from './settled.ts'
import { median, rounded } from './statistics.ts'
import { type Load, type Outcome, runWrk } from './wrk.ts'

// npm run bench:proxy [-- --seconds N] [--rounds N] [--routes N] [--json]: processor time per proxied request, as a ratio
// to nginx in the same round. The proxy under test has processor 0 for itself; load and upstream share processor 1.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    routes: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
})
const routes = Number(values.routes)
const [PROXY_CPU, LOAD_CPU] = [0, 1]

interface Contender {
  readonly name: string
  readonly pids: readonly number[]
  readonly load: Load
}

interface Round extends Outcome {
  readonly cpuPerRequest: number
}

const stack = await startStack({ settings: { nginx_worker_processes: '1', debug_revision: 'off' } })
const closing: (() => unknown)[] = [() => stack.close()]
try {
  const [upstream, nginxPort, peerPort] = [await freePort(), await freePort(), await freePort()]
  const origin = await startNginx(stack.home, 'upstream', upstreamConfig(upstream))
  const nginx = await startNginx(stack.home, 'proxy', proxyConfig(nginxPort, upstream))
  const peer = spawn(
    process.execPath,
    [fileURLToPath(new URL('./http-proxy-peer.ts', import.meta.url)), String(peerPort), String(upstream)],
    { stdio: 'inherit' },
  )
  closing.push(origin.stop, nginx.stop, () => peer.kill())
  await configure(stack, upstream)
  pin(LOAD_CPU, origin.pids)
  const { nodes } = stack
  const node = [nodes[0].pid()]
  const contenders: Contender[] = [
    { name: 'nginx', pids: nginx.pids, load: { url: `http://127.0.0.1:${nginxPort}/` } },
    { name: 'http-proxy', pids: [peer.pid ?? 0], load: { url: `http://127.0.0.1:${peerPort}/` } },
    { name: 'plain', pids: node, load: { url: `${nodes[0].proxy}/plain` } },
    {
      name: 'loaded',
      pids: node,
      load: {
        url: nodes[0].proxy,
        paths: { prefix: '/filler-', count: routes },
        headers: { apikey: 'bench-key' },
      },
    },
  ]
  for (const { pids } of contenders) pin(PROXY_CPU, pids)
  report(await compare(contenders))
} finally {
  for (const close of closing.reverse()) await close()
}

/** One bare route, and as many as asked for behind key-auth. The control plane is stopped then: it has no part in this. */
async function configure(cluster: Stack, upstream: number): Promise<void> {
  const { admin } = cluster
  const url = `http://127.0.0.1:${upstream}`
  await admin.put('/services/plain', { url })
  await admin.put('/routes/plain', { service: { name: 'plain' }, paths: ['/plain'] })
  await admin.put('/services/bench', { url })
  await admin.post('/services/bench/plugins', { name: 'key-auth' })
  await admin.put('/consumers/bench', {})
  await admin.post('/consumers/bench/key-auth', { key: 'bench-key' })
  await fillRoutes(cluster, 0, routes)
  await settled(cluster)
  await Promise.all([cluster.nodes[1].stop(), cluster.hub.stop(), cluster.adminApi.stop()])
  await cluster.database.stop()
}

/** All contenders in turn, round after round, so that what disturbs the machine disturbs all alike. */
async function compare(contenders: readonly Contender[]): Promise<Map<string, Round[]>> {
  const rounds = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]))
  for (const { load } of contenders) await runWrk(stack.home, LOAD_CPU, 2, load)
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const { name, pids, load } of contenders) {
      const before = total(pids)
      const outcome = await runWrk(stack.home, LOAD_CPU, Number(values.seconds), load)
      if (outcome.errors > 0) throw new Error(`${name}: ${outcome.errors} failed requests`)
      rounds
        .get(name)
        ?.push({ ...outcome, cpuPerRequest: ((total(pids) - before) * 1000) / outcome.requests })
    }
  }
  return rounds
}

function report(rounds: ReadonlyMap<string, readonly Round[]>): void {
  const nginx = rounds.get('nginx') ?? []
  const ratios: Record<string, number> = {}
  for (const [name, results] of rounds) {
    const ratio = median(
      results.map(({ cpuPerRequest }, index) => (nginx[index]?.cpuPerRequest ?? Number.NaN) / cpuPerRequest),
    )
    ratios[name] = rounded(ratio)
    if (values.json) continue
    const cpu = rounded(median(results.map(({ cpuPerRequest }) => cpuPerRequest)))
    const perSecond = Math.round(median(results.map((result) => result.perSecond)))
    const p99 = rounded(median(results.map(({ p99Ms }) => p99Ms)))
    process.stdout.write(
      `${name.padEnd(12)} ${cpu} us/req  ratio ${ratios[name]}  ${perSecond} req/s  p99 ${p99} ms\n`,
    )
  }
  process.stdout.write(`${JSON.stringify(ratios)}\n`)
}

function total(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuTime(pid), 0)
}

function pin(cpu: number, pids: readonly number[]): void {
  for (const pid of pids)
    execFileSync('taskset', ['-a', '-c', '-p', String(cpu), String(pid)], { stdio: 'ignore' })
}
