import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Stack, startStack } from '@biplane/e2e/stack'
import { freePort } from '@biplane/tools/postgres'
import { type Contender, compare, report } from './contenders.ts'
import { proxyConfig, startNginx, upstreamConfig } from './nginx.ts'
import { NONE, pluginRows } from './plugin-rows.ts'
import { fillRoutes } from './routes.ts'
import { settled } from './settled.ts'

// npm run bench:proxy [-- --seconds N] [--rounds N] [--routes N] [--json]: processor time per proxied request, as a ratio
// to nginx in the same round. With --plugins all, or names with commas between them: of requests that these plugins see,
// as a ratio to those that none does.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    routes: { type: 'string', default: '10000' },
    plugins: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const routes = Number(values.routes)
/** What every request carries, whatever sees it. */
const headers = {
  apikey: 'bench-key',
  authorization: `Basic ${Buffer.from('bench:bench-password').toString('base64')}`,
}

const stack = await startStack({ settings: { nginx_worker_processes: '1', debug_revision: 'off' } })
const closing: (() => unknown)[] = [() => stack.close()]
try {
  const port = await freePort()
  const origin = await startNginx(stack.home, 'upstream', upstreamConfig(port))
  closing.push(origin.stop)
  await stack.admin.put('/consumers/bench', {})
  await stack.admin.post('/consumers/bench/key-auth', { key: 'bench-key' })
  const { plugins } = values
  const contenders =
    plugins === undefined ? await besidePeers(stack, port) : await withPlugins(stack, port, plugins)
  await settled(stack)
  // It has no part in this.
  await Promise.all([stack.nodes[1].stop(), stack.hub.stop(), stack.adminApi.stop()])
  await stack.database.stop()
  const results = await compare(contenders, {
    home: stack.home,
    upstream: origin.pids,
    rounds: Number(values.rounds ?? (plugins === undefined ? 5 : 10)),
    seconds: Number(values.seconds ?? (plugins === undefined ? 4 : 1)),
  })
  report(results, plugins === undefined ? 'nginx' : NONE, values.json)
} finally {
  for (const close of closing.reverse()) await close()
}

/** One bare route, and as many as asked for behind key-auth, beside nginx and a bare http-proxy. */
async function besidePeers({ admin, home, nodes: [node] }: Stack, upstream: number): Promise<Contender[]> {
  const [nginxPort, peerPort] = [await freePort(), await freePort()]
  const nginx = await startNginx(home, 'proxy', proxyConfig(nginxPort, upstream))
  const peer = spawn(
    process.execPath,
    [fileURLToPath(new URL('./http-proxy-peer.ts', import.meta.url)), String(peerPort), String(upstream)],
    { stdio: 'inherit' },
  )
  closing.push(nginx.stop, () => peer.kill())
  const url = `http://127.0.0.1:${upstream}`
  await admin.put('/services/plain', { url })
  await admin.put('/routes/plain', { service: { name: 'plain' }, paths: ['/plain'] })
  await admin.put('/services/bench', { url })
  await admin.post('/services/bench/plugins', { name: 'key-auth' })
  await fillRoutes(stack, 0, routes)
  const pids = [node.pid()]
  const paths = { prefix: '/filler-', count: routes }
  return [
    { name: 'nginx', pids: nginx.pids, load: { url: `http://127.0.0.1:${nginxPort}/` } },
    { name: 'http-proxy', pids: [peer.pid ?? 0], load: { url: `http://127.0.0.1:${peerPort}/` } },
    { name: 'plain', pids, load: { url: `${node.proxy}/plain` } },
    { name: 'loaded', pids, load: { url: node.proxy, paths, headers: { apikey: headers.apikey } } },
  ]
}

/** A service and a route for each row. */
async function withPlugins(
  { admin, home, nodes: [node] }: Stack,
  upstream: number,
  wanted: string,
): Promise<Contender[]> {
  const url = `http://127.0.0.1:${upstream}`
  const rows = pluginRows(wanted.split(','), { log: url, file: join(home, 'file.log') })
  await admin.post('/consumers/bench/basic-auth', { username: 'bench', password: 'bench-password' })
  await admin.post('/consumers/bench/acls', { group: 'bench' })
  for (const [i, { plugins }] of rows.entries()) {
    await admin.put(`/services/row-${i}`, { url })
    await admin.put(`/routes/row-${i}`, { service: { name: `row-${i}` }, paths: [`/row-${i}`] })
    for (const plugin of plugins) await admin.post(`/services/row-${i}/plugins`, plugin)
  }
  const pids = [node.pid()]
  return rows.map(({ name }, i) => ({ name, pids, load: { url: `${node.proxy}/row-${i}`, headers } }))
}
