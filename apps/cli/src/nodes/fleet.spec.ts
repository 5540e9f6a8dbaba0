import { describe, expect, it } from 'vitest'
import type { AdminApi } from '../admin/client.ts'
import { aFleet, aNode, aRow } from './fixtures.ts'
import { countStates, readFleet, revisionsBehind, toJson } from './fleet.ts'

const { signal } = new AbortController()

/** An Admin API that answers each path once. */
function pages(answers: Record<string, unknown>): AdminApi {
  return {
    url: 'http://admin',
    async get(path) {
      return { body: answers[path], at: new Date(0) }
    },
  }
}

describe('readFleet', () => {
  it('reads every page and sorts by name', async () => {
    const next = '/clustering/data-planes?offset=x&size=1000'
    const api = pages({
      '/clustering/data-planes?size=1000': { data: [aRow({ hostname: 'b' })], next },
      [next]: { data: [aRow({ hostname: 'a' }), aRow({ hostname: 'b', id: '0' })], next: null },
    })
    const { nodes } = await readFleet(api, signal)
    expect(nodes.map(({ hostname, id }) => `${hostname} ${id.slice(0, 1)}`)).toEqual(['a 3', 'b 0', 'b 3'])
  })

  it.each([[{ message: 'Welcome' }], [null], [[]]])('tells that %j is no list of nodes', async (body) => {
    const api = pages({ '/clustering/data-planes?size=1000': body })
    await expect(readFleet(api, signal)).rejects.toThrow('no Admin API of a control plane')
  })
})

describe('revisionsBehind', () => {
  it.each<[string, object, number | null]>([
    ['in sync', {}, 0],
    ['behind what its hub has', { state: 'behind', config_revision: 4 }, 3],
    ['offline, and other nodes went on', { state: 'offline', config_revision: 1, desired_revision: 1 }, 6],
    ['offline with the newest', { state: 'offline' }, 0],
    ['behind by what nobody tells', { state: 'behind' }, null],
    ['ahead of a journal that was put back', { state: 'behind', config_revision: 9 }, null],
  ])('of a node that is %s', (_what, more, behind) => {
    const node = aNode(more)
    expect(revisionsBehind(node, aFleet(aNode(), node))).toBe(behind)
  })
})

it('counts the nodes of each state, the most frequent first', () => {
  const offline = aNode({ state: 'offline' })
  expect(countStates(aFleet(aNode(), offline, aNode({ state: 'behind' }), offline))).toEqual([
    ['offline', 2],
    ['behind', 1],
    ['in_sync', 1],
  ])
})

it('gives programs the rows as they were told, with the lag', () => {
  expect(toJson(aFleet(aNode({ labels: { zone: 'a' } })))).toEqual({
    at: '2026-01-01T00:00:00.000Z',
    states: { in_sync: 1 },
    nodes: [{ ...aRow({ labels: { zone: 'a' } }), revisions_behind: 0 }],
  })
})
