import { join } from 'node:path'
import { freePort } from '@biplane/tools/postgres'
import { type Balancer, startBalancer } from '../balancer.ts'
import { inSync } from '../cluster-view.ts'
import { freeUdpPort } from '../free-udp-port.ts'
import { COLLECTABLE } from '../soak/collector.ts'
import { startUpstreams, type Upstreams } from '../soak/upstreams.ts'
import { type Node, type Stack, startStack } from '../stack.ts'
import { FAMILIES, foundation, LANES, type Lane, type Surroundings } from './families.ts'

/** Two nodes that listen for all protocols, behind a balancer for each address, and sites that can go down. */
export interface Cluster {
  readonly stack: Stack
  readonly upstreams: Upstreams
  readonly surroundings: Surroundings
  /** Lives from the beginning to the end, so that what it keeps can be seen to grow. */
  readonly elder: Node
  /** Is restarted now and then. */
  readonly restarted: Node
  readonly balancers: Record<Address, Balancer>
  /** The port of a node for datagrams. */
  udpPort(node: Node, lane: Lane): number
  /** Which node a connection to this balancer leads to, by the port that it comes from. */
  nodeBehind(balancer: Balancer, port: number): string | null
  close(): Promise<void>
}

type Address = (typeof ADDRESSES)[number]

const ADDRESSES = ['plain', 'tls', 'tcp0', 'tcp1', 'ssl'] as const
const SITES = 4
const DRAIN_SECONDS = 3
const SHUTDOWN_SECONDS = 3
/** After the load, what it left is soon seen. */
const IDLE_SECONDS = 5

/** From a SIGTERM until a node cuts what has not ended. */
export const DRAIN_MS = (DRAIN_SECONDS + SHUTDOWN_SECONDS) * 1000

export async function startCluster(): Promise<Cluster> {
  const open: { close(): unknown }[] = []
  const close = async (): Promise<void> => {
    for (const each of open.toReversed()) await each.close()
  }
  try {
    const upstreams = await startUpstreams(join(import.meta.dirname, 'site-main.ts'), SITES)
    open.push(upstreams)
    const ports = { 'dataplane-1': await streamPorts(), 'dataplane-2': await streamPorts() }
    const portsOf = (name: string): StreamPorts => ports[name === 'dataplane-1' ? name : 'dataplane-2']
    const stack = await startStack({
      settings: { nginx_worker_processes: '2' },
      nodeSettings: (name, { proxy, proxyTls }) => ({
        proxy_listen: `0.0.0.0:${proxy} http2 reuseport backlog=16384, 0.0.0.0:${proxyTls} http2 ssl reuseport backlog=16384`,
        stream_listen: streamListen(portsOf(name)),
        drain_delay: String(DRAIN_SECONDS),
        nginx_main_worker_shutdown_timeout: `${SHUTDOWN_SECONDS}s`,
        upstream_keepalive_idle_timeout: String(IDLE_SECONDS),
      }),
      nodeVariables: COLLECTABLE,
    })
    open.push(stack)
    const all = Object.values(ports)
    const surroundings: Surroundings = {
      sites: upstreams.ports,
      tcp: [all.map(({ tcp0 }) => tcp0), all.map(({ tcp1 }) => tcp1)],
      udp: [all.map(({ udp0 }) => udp0), all.map(({ udp1 }) => udp1)],
    }
    await lay(stack, surroundings)
    const { nodes } = stack
    const before = async (addressOf: (node: Node) => string): Promise<Balancer> => {
      const targets = nodes.map((node) => ({ proxy: addressOf(node), status: node.status }))
      const balancer = await startBalancer(targets)
      open.push(balancer)
      return balancer
    }
    const stream = (address: 'tcp0' | 'tcp1' | 'ssl') =>
      before(({ name }) => `http://127.0.0.1:${portsOf(name)[address]}`)
    const balancers: Cluster['balancers'] = {
      plain: await before(({ proxy }) => proxy),
      tls: await before(({ proxyTls }) => proxyTls),
      tcp0: await stream('tcp0'),
      tcp1: await stream('tcp1'),
      ssl: await stream('ssl'),
    }
    const [elder, restarted] = nodes
    return {
      ...{ stack, upstreams, surroundings, elder, restarted, balancers },
      udpPort: ({ name }, lane) => portsOf(name)[lane === 0 ? 'udp0' : 'udp1'],
      nodeBehind: (balancer, port) => {
        const target = balancer.targetOf(port)
        return nodes.find(({ status }) => status === target?.status)?.name ?? null
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Where a node takes streams; TLS has one address for all server names. */
interface StreamPorts {
  readonly tcp0: number
  readonly tcp1: number
  readonly ssl: number
  readonly udp0: number
  readonly udp1: number
}

async function streamPorts(): Promise<StreamPorts> {
  return {
    tcp0: await freePort(),
    tcp1: await freePort(),
    ssl: await freePort(),
    udp0: await freeUdpPort(),
    udp1: await freeUdpPort(),
  }
}

function streamListen({ tcp0, tcp1, ssl, udp0, udp1 }: StreamPorts): string {
  const flags = { [tcp0]: '', [tcp1]: '', [ssl]: ' ssl', [udp0]: ' udp', [udp1]: ' udp' }
  return Object.entries(flags)
    .map(([port, flag]) => `127.0.0.1:${port}${flag} reuseport`)
    .join(', ')
}

/** Writes what is there from the beginning. */
async function lay(stack: Stack, surroundings: Surroundings): Promise<void> {
  const { admin } = stack
  await inSync(stack, 2)
  for (const { method, path, body } of FAMILIES.flatMap((family) => foundation(family, surroundings)))
    await (method === 'PUT' ? admin.put(path, Object(body)) : admin.post(path, Object(body)))
}

/** The names of all upstreams. */
export const POOLS = FAMILIES.flatMap((family) => LANES.map((lane) => `${family}-${lane}`))
