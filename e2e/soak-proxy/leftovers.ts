import { send } from '../client.ts'
import { eventually } from '../eventually.ts'
import type { Node } from '../stack.ts'
import type { Cluster } from './cluster.ts'
import { LANES, poolOf } from './lane.ts'
import { sum } from './measures.ts'

const WITHIN_MS = 30_000

/**
 * When nobody asks any more and all upstreams are well, nodes must have nothing left of those who asked, and hold no target
 * for unhealthy: says of what they have.
 */
export async function leftovers({ stack }: Cluster): Promise<readonly string[]> {
  const found = stack.nodes.flatMap((node) => [clients(node), targets(node)])
  return (await Promise.all(found)).flat()
}

async function clients({ name, status }: Node): Promise<readonly string[]> {
  const look = async (): Promise<void> => {
    const { text } = await send(`${status}/metrics`)
    const connections = sum(text, 'kong_nginx_connections_total', 'state="active"')
    const requests = sum(text, 'kong_nginx_connections_total', 'state="writing"')
    if (connections + requests > 0)
      throw new Error(`${name} has ${connections} connections and ${requests} requests of clients that left`)
  }
  return complaints(look)
}

async function targets({ name, status }: Node): Promise<readonly string[]> {
  const look = async (): Promise<void> => {
    for (let lane = 0; lane < LANES; lane += 1) {
      const answer = await send(`${status}/upstreams/${poolOf(lane)}/health`)
      const { data } = answer.json<{ data: readonly { target: string; health: string }[] }>()
      const ill = data.filter(({ health }) => !['HEALTHY', 'HEALTHCHECKS_OFF'].includes(health))
      const told = ill.map(({ target, health }) => `${target} ${health}`)
      if (ill.length > 0)
        throw new Error(`${name} holds of ${poolOf(lane)}: ${told.join(', ')}, but all are well`)
    }
  }
  return complaints(look)
}

function complaints(look: () => Promise<void>): Promise<readonly string[]> {
  return eventually(look, WITHIN_MS, 200).then(
    () => [],
    (error: Error) => [error.message],
  )
}
