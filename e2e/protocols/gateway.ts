import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@biplane/tools/postgres'
import { type WrittenPlugin, writePlugin } from '../custom-plugins.ts'
import { freeUdpPort } from '../free-udp-port.ts'
import { type Node, type Stack, startStack } from '../stack.ts'
import { makePair, type Pair } from './certificates.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/** A cluster whose nodes have an address for every protocol, and two sets of upstreams to lead it to. */
export interface Gateway {
  readonly stack: Stack
  readonly nodes: readonly [ProtocolNode, ProtocolNode]
  /** Where certificates may be made. */
  readonly folder: string
  /** What upstreams show where TLS is spoken with them, and for `upstream.test`. */
  readonly upstreamPair: Pair
  readonly old: Upstream
  readonly new: Upstream
  close(): Promise<void>
}

/** HTTP/1.1 and HTTP/2 are spoken at `proxy` and `proxyTls`; the ports are those of its streams. */
export interface ProtocolNode extends Node {
  readonly ports: StreamPorts
}

export interface StreamPorts {
  readonly postgres: number
  readonly dnsTcp: number
  readonly dnsUdp: number
  readonly tls: number
}

export async function startGateway(): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'biplane-protocols-'))
  writePlugin(join(folder, 'worker'), WORKER)
  const upstreamPair = await makePair(folder, 'upstream.test')
  const [first, second] = await Promise.all(['old', 'new'].map((name) => startUpstream(name, upstreamPair)))
  const listens = new Map<string, NodeListens>()
  for (const name of ['dataplane-1', 'dataplane-2']) listens.set(name, await nodeListens())
  const of = (name: string) => required(listens.get(name))
  const stack = await startStack({
    settings: { plugins: 'bundled,./worker', plugins_path: folder },
    nodeSettings: (name) => of(name).settings,
  })
  const protocolNode = (node: Node): ProtocolNode => ({ ...node, ...of(node.name).addresses })
  const [old, next] = [required(first), required(second)]
  return {
    stack,
    nodes: [protocolNode(stack.nodes[0]), protocolNode(stack.nodes[1])],
    folder,
    upstreamPair,
    old,
    new: next,
    async close() {
      await stack.close()
      await Promise.all([old.close(), next.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface NodeListens {
  readonly settings: Record<string, string>
  readonly addresses: Pick<ProtocolNode, 'proxy' | 'proxyTls' | 'ports'>
}

async function nodeListens(): Promise<NodeListens> {
  const [plain, tls] = [await freePort(), await freePort()]
  const ports = {
    postgres: await freePort(),
    dnsTcp: await freePort(),
    dnsUdp: await freeUdpPort(),
    tls: await freePort(),
  }
  const at = (port: number, flags = '') => `127.0.0.1:${port}${flags} reuseport`
  return {
    settings: {
      proxy_listen: [at(plain, ' http2'), at(tls, ' http2 ssl')].join(', '),
      stream_listen: [
        at(ports.postgres),
        at(ports.dnsTcp),
        at(ports.dnsUdp, ' udp'),
        at(ports.tls, ' ssl'),
      ].join(', '),
      nginx_main_worker_shutdown_timeout: '20s',
    },
    addresses: { proxy: `http://127.0.0.1:${plain}`, proxyTls: `https://127.0.0.1:${tls}`, ports },
  }
}

/** Tells which worker answers, in `X-Worker`, and ends it when it is asked to: as a bug in native code would. */
const WORKER: WrittenPlugin = {
  name: 'worker',
  version: '1.0.0',
  handler: `import { threadId } from 'node:worker_threads'
export function create() {
  return {
    access(context) {
      if (context.request.headers.get('x-end-worker')) process.exit(1)
    },
    response(context) {
      context.response.headers.set('X-Worker', String(threadId))
    },
  }
}`,
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('one of the nodes or upstreams is not there')
  return value
}
