import { send } from '../client.ts'
import { eventually } from '../eventually.ts'
import type { Cluster } from './cluster.ts'
import { sum } from './measures.ts'

const WITHIN_MS = 20_000

/** When nobody asks any more, nodes must have nothing left of those that did: says of what they have. */
export async function leftovers({ stack }: Cluster): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { name, status } of stack.nodes) {
    let left = ''
    const look = async (): Promise<void> => {
      const { text } = await send(`${status}/metrics`)
      const connections = sum(text, 'kong_nginx_connections_total', 'state="active"')
      const requests = sum(text, 'kong_nginx_connections_total', 'state="writing"')
      left = `${connections} connections and ${requests} requests`
      if (connections + requests > 0) throw new Error(left)
    }
    await eventually(look, WITHIN_MS, 100).catch(() =>
      faults.push(`${name} has ${left} of clients that left`),
    )
  }
  return faults
}
