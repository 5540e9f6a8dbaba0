import { join } from 'node:path'
import { type Balancer, startBalancer } from '../balancer.ts'
import { inSync } from '../cluster-view.ts'
import { pairs } from '../fuzz/pem.ts'
import { COLLECTABLE } from '../soak/collector.ts'
import { startUpstreams, type Upstreams } from '../soak/upstreams.ts'
import { type Node, type Stack, startStack } from '../stack.ts'
import { foundation, LANES, NOBODY, type Surroundings } from './lane.ts'

/** The cluster that is soaked: two nodes behind balancers, and upstreams that can go down. */
export interface Cluster {
  readonly stack: Stack
  readonly upstreams: Upstreams
  readonly surroundings: Surroundings
  /** Lives from the beginning to the end, so that what it keeps can be seen to grow. */
  readonly elder: Node
  /** Is restarted now and then. */
  readonly restarted: Node
  readonly balancer: Balancer
  readonly tlsBalancer: Balancer
  /** Which node a connection to this balancer leads to, by the port that it comes from: another to the other may have it too. */
  nodeBehind(balancer: Balancer, port: number): string | null
  close(): Promise<void>
}

const LISTENERS = 5
const DRAIN_SECONDS = 4
/** After the load, what it left is soon seen. */
const IDLE_SECONDS = 5

export async function startCluster(): Promise<Cluster> {
  const open: { close(): unknown }[] = []
  const close = async (): Promise<void> => {
    for (const each of open.toReversed()) await each.close()
  }
  try {
    const upstreams = await startUpstreams(join(import.meta.dirname, 'upstream-main.ts'), LISTENERS)
    open.push(upstreams)
    const stack = await startStack({
      settings: { nginx_worker_processes: '2' },
      nodeSettings: {
        drain_delay: String(DRAIN_SECONDS),
        upstream_keepalive_idle_timeout: String(IDLE_SECONDS),
      },
      nodeVariables: COLLECTABLE,
    })
    open.push(stack)
    const surroundings = { ports: upstreams.ports, pairs }
    await lay(stack, surroundings)
    const { nodes } = stack
    const balancer = await startBalancer(nodes)
    open.push(balancer)
    const tlsBalancer = await startBalancer(
      nodes.map(({ proxyTls, status }) => ({ proxy: proxyTls, status })),
    )
    open.push(tlsBalancer)
    const nodeBehind: Cluster['nodeBehind'] = (before, port) => {
      const target = before.targetOf(port)
      return nodes.find(({ status }) => status === target?.status)?.name ?? null
    }
    const [elder, restarted] = nodes
    return { stack, upstreams, surroundings, elder, restarted, balancer, tlsBalancer, nodeBehind, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Writes what is there from the beginning. */
async function lay(stack: Stack, surroundings: Surroundings): Promise<void> {
  const { admin } = stack
  await inSync(stack, 2)
  await admin.put(`/upstreams/${NOBODY}`, {})
  for (let lane = 0; lane < LANES; lane += 1) {
    for (const { method, path, body } of foundation(lane, surroundings))
      await (method === 'PUT' ? admin.put(path, Object(body)) : admin.post(path, Object(body)))
  }
}
