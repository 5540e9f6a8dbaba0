import type { Row } from '../../client.ts'
import type { Caller } from './caller.ts'
import { KINDS, MEMBERSHIPS } from './kinds.ts'
import { idOf, rowsIn, type State } from './rows.ts'

/** What decK asks for and may be refused: lists of other editions, and filters where Wasm is off. */
const ELSEWHERE = ['/mtls-auths', '/partials', '/filter-chains']

/** All there is, or all that has every one of the tags: each list at once, as decK reads them. */
export async function dump(caller: Caller, tags: readonly string[]): Promise<State> {
  const flat = KINDS.filter(({ list }) => !list.includes('{'))
  const [lists] = await Promise.all([
    Promise.all(flat.map(async ({ name, list }) => [name, await caller.list(list, tags)] as const)),
    Promise.all(ELSEWHERE.map((list) => caller.list(list, tags, [400, 404]))),
  ])
  const state = new Map<string, readonly Row[]>(lists)
  const each = async (kind: string, read: (row: Row) => Promise<readonly Row[]>) =>
    (await Promise.all((state.get(kind) ?? []).map(read))).flat()
  const targets = each('upstreams', (row) => caller.list(`/upstreams/${idOf(row)}/targets`, []))
  const members = each('consumer_groups', async (group) => {
    const { consumers } = (await caller.call('GET', `/consumer_groups/${group.name}`)).json()
    return rowsIn(consumers)
      .filter((consumer) => tags.every((tag) => Array.isArray(consumer.tags) && consumer.tags.includes(tag)))
      .map((consumer) => membership(group, consumer))
  })
  return state.set('targets', await targets).set(MEMBERSHIPS, await members)
}

export function membership(group: Row, consumer: Row): Row {
  return {
    consumer_group: { id: idOf(group) },
    consumer: { id: idOf(consumer) },
    username: consumer.username,
  }
}
