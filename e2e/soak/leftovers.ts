import { send } from '../client.ts'
import { eventually } from '../eventually.ts'
import type { Node } from '../stack.ts'
import { metricsOf, openFiles, sum } from './measures.ts'

const WITHIN_MS = 30_000

/** Files that come and go whatever the load does. */
const SOME_FILES = 12

/**
 * When nobody asks any more and all upstreams are well, nodes must have nothing left of those who asked, and hold no target
 * for unhealthy: says of what they have.
 *
 * @param pools the names of the upstreams
 * @param filesBefore how many files and sockets the elder node had open before anybody asked; null where that is not judged
 */
export async function leftovers(
  nodes: readonly Node[],
  pools: readonly string[],
  elder: Node,
  filesBefore: number | null,
): Promise<readonly string[]> {
  const found = nodes.flatMap((node) => [clients(node), targets(node, pools)])
  const kept = filesBefore === null ? [] : [files(elder, filesBefore + SOME_FILES)]
  return (await Promise.all([...found, ...kept])).flat()
}

async function files(node: Node, allowed: number): Promise<readonly string[]> {
  const look = async (): Promise<void> => {
    const open = openFiles(await metricsOf(node))
    if (open > allowed)
      throw new Error(
        `${node.name} has ${open} files and sockets open without any load; ${allowed} are allowed`,
      )
  }
  return complaints(look)
}

async function clients(node: Node): Promise<readonly string[]> {
  const { name } = node
  const look = async (): Promise<void> => {
    const text = await metricsOf(node)
    const connections = sum(text, 'kong_nginx_connections_total', 'state="active"')
    const requests = sum(text, 'kong_nginx_connections_total', 'state="writing"')
    if (connections + requests > 0)
      throw new Error(`${name} has ${connections} connections and ${requests} requests of clients that left`)
  }
  return complaints(look)
}

async function targets({ name, status }: Node, pools: readonly string[]): Promise<readonly string[]> {
  const look = async (): Promise<void> => {
    for (const pool of pools) {
      const answer = await send(`${status}/upstreams/${pool}/health`)
      const { data } = answer.json<{ data: readonly { target: string; health: string }[] }>()
      const ill = data.filter(({ health }) => !['HEALTHY', 'HEALTHCHECKS_OFF'].includes(health))
      const told = ill.map(({ target, health }) => `${target} ${health}`)
      if (ill.length > 0) throw new Error(`${name} holds of ${pool}: ${told.join(', ')}, but all are well`)
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
