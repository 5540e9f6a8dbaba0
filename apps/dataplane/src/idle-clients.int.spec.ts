import { mkdtemp, readFile, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateClusterPair } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { expect, it } from 'vitest'
import { anUpstream } from './fixtures/an-upstream.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { startProcess } from './fixtures/node-process.ts'
import { thisMachine } from './overload/machine.ts'

const open = closedAfterEach()
const CLIENTS = 10_000
/** What an idle connection may take of a node's memory, rubbish included: twice what is measured. */
const BYTES_EACH = 40_000

const TURNED_AWAY = 'more comes in than this node bears: some of it was turned away'

it(`a node holds ${CLIENTS} idle connections and serves as before`, { timeout: 300_000 }, async () => {
  // A third of them beside, for what else there is in this process and that of the node.
  const files = thisMachine().openFiles
  expect(files, `open files allowed: raise "ulimit -n" for this test`).toBeGreaterThan((CLIENTS * 4) / 3)
  const upstream = await anUpstream((_request, response) => response.end('served'))
  const prefix = await mkdtemp(join(tmpdir(), 'biplane-idle-'))
  const port = await freePort()
  const pair = await generateClusterPair()
  const node = startProcess({
    prefix,
    cluster_cert: Buffer.from(pair.cert).toString('base64'),
    cluster_cert_key: Buffer.from(pair.key).toString('base64'),
    cluster_control_plane: `127.0.0.1:${await freePort()}`,
    proxy_listen: `127.0.0.1:${port} backlog=4096`,
    nginx_worker_processes: '2',
    nginx_http_keepalive_timeout: '10m',
    nginx_events_worker_connections: String(CLIENTS / 2 + 1),
    declarative_config_string: JSON.stringify({
      _format_version: '3.0',
      services: [
        { name: 's', url: `http://127.0.0.1:${upstream.port}`, routes: [{ name: 'r', paths: ['/'] }] },
      ],
    }),
  })
  const clients: net.Socket[] = []
  open.push(upstream, node, {
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      await rm(prefix, { recursive: true, force: true })
    },
  })
  await node.logged('ready')
  // Warm: what the first requests take is not the connections'.
  const warming = await Promise.all(Array.from({ length: 500 }, () => connected(port, [])))
  await Promise.all(warming.map(ask))
  for (const client of warming) client.destroy()
  const before = await residentBytes(node.child.pid)
  for (let batch = 0; batch < CLIENTS; batch += 500) {
    const some = await Promise.all(Array.from({ length: 500 }, () => connected(port, clients)))
    const answers = await Promise.all(some.map(ask))
    expect(answers.every((answer) => answer.includes('200 OK'))).toBe(true)
  }
  const bytesEach = ((await residentBytes(node.child.pid)) - before) / CLIENTS
  expect(bytesEach).toBeLessThan(BYTES_EACH)
  // Newcomers are served, and so is each of them.
  expect(await ask(await connected(port, clients))).toContain('served')
  const again = await Promise.all(clients.filter((_, i) => i % 20 === 0).map(ask))
  expect(again.every((answer) => answer.includes('200 OK'))).toBe(true)
  expect(clients.filter(({ readyState }) => readyState === 'open')).toHaveLength(CLIENTS + 1)
  const told = node.lines.map(({ msg }) => String(msg))
  expect(told.filter((msg) => msg === TURNED_AWAY || msg.includes('open files'))).toEqual([])
  // One more than both workers may hold together, whichever they come to: idle ones make room.
  for (let i = 0; i < 2; i += 1) expect(await ask(await connected(port, clients))).toContain('served')
  expect(Number((await node.logged(TURNED_AWAY)).idle)).toBeGreaterThan(0)
})

async function connected(port: number, clients: net.Socket[]): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  clients.push(socket)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return socket
}

function ask(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const hear = (chunk: Buffer): void => {
      heard += chunk
      if (!heard.endsWith('served')) return
      socket.off('data', hear)
      resolve(heard)
    }
    socket.on('data', hear).once('close', () => reject(new Error(`closed after: ${heard}`)))
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  })
}

async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}
