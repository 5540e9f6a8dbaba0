import type { ConfigAuthor } from '../fixtures/config-author.ts'
import type { ClientAnswer } from './client.ts'
import type { NodeUnderTest } from './node-under-test.ts'

/** What an operator says of a target, on the Admin API: nodes hear of it as of any other change. */
export async function healthCall(
  { give }: Pick<NodeUnderTest, 'give'>,
  author: ConfigAuthor,
  path: string,
): Promise<ClientAnswer> {
  const [, name, address, health = ''] =
    /^\/upstreams\/[^/]+\/targets\/([^/]+)(?:\/([^/]+))?\/(healthy|unhealthy)$/.exec(path) ?? []
  const target = author.entities('targets').find((row) => row.target === name)
  if (target === undefined) return { status: 404, headers: new Map(), body: '' }
  author.put('target_health', { target: { id: target.id }, address: address ?? null, health })
  const answer = await give(author.delta())
  if (answer.kind !== 'applied') throw new Error(`the node does not take it: ${JSON.stringify(answer)}`)
  return { status: 204, headers: new Map(), body: '' }
}
