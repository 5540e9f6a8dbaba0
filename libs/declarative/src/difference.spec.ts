import { describe, expect, it } from 'vitest'
import { changesOf, difference, isEmpty } from './difference.ts'
import type { Config } from './draft.ts'
import { configOf, registry } from './fixtures/world.ts'

const service = { name: 'shop', host: 'h.test' }
const route = { name: 'r', paths: ['/'] }
const limit = (minute: number) => ({ name: 'rate-limiting', config: { minute } })

const told = (before: Config, after: Config) => {
  const { added, changed, removed } = difference(before, after, registry)
  const name = ({ kind, entity }: (typeof added)[number]) => `${kind} ${entity.name ?? entity.username}`
  return {
    added: added.map(name),
    changed: changed.map((row) => [name(row), ...row.fields]),
    removed: removed.map(name),
  }
}

describe('the difference of two configs', () => {
  it.each([
    ['nothing', { services: [service] }, { services: [service] }, { added: [], changed: [], removed: [] }],
    [
      'what is new',
      {},
      { services: [{ ...service, routes: [route] }] },
      { added: ['services shop', 'routes r'], changed: [], removed: [] },
    ],
    [
      'what is gone',
      { services: [{ ...service, routes: [route] }] },
      { services: [service] },
      { added: [], changed: [], removed: ['routes r'] },
    ],
    [
      'a field',
      { services: [service] },
      { services: [{ ...service, retries: 1 }] },
      { added: [], changed: [['services shop', { field: 'retries', before: 5, after: 1 }]], removed: [] },
    ],
    [
      'a field of a record',
      { plugins: [limit(1)] },
      { plugins: [limit(2)] },
      {
        added: [],
        changed: [['plugins rate-limiting', { field: 'config.minute', before: 1, after: 2 }]],
        removed: [],
      },
    ],
    [
      'a list as a whole',
      { services: [{ ...service, tags: ['a', 'b'] }] },
      { services: [{ ...service, tags: ['a'] }] },
      {
        added: [],
        changed: [['services shop', { field: 'tags', before: ['a', 'b'], after: ['a'] }]],
        removed: [],
      },
    ],
    [
      'a map key by key, whatever the key',
      { services: [service], routes: [{ ...route, headers: { a: ['1'] } }] },
      { services: [service], routes: [{ ...route, headers: JSON.parse('{"__proto__": ["2"]}') }] },
      {
        added: [],
        changed: [
          [
            'routes r',
            { field: 'headers.a', before: ['1'], after: null },
            { field: 'headers.__proto__', before: null, after: ['2'] },
          ],
        ],
        removed: [],
      },
    ],
    [
      'not when it was last updated',
      { services: [{ ...service, updated_at: 1 }] },
      { services: [{ ...service, updated_at: 2 }] },
      { added: [], changed: [], removed: [] },
    ],
  ])('tells %s', async (_, before, after, expected) => {
    expect(told(await configOf(before), await configOf(after))).toEqual(expected)
  })

  it('is empty between equals only', async () => {
    const [one, other] = [
      await configOf({ services: [service] }),
      await configOf({ consumers: [{ username: 'ann' }] }),
    ]
    expect(isEmpty(difference(one, one, registry))).toBe(true)
    expect(isEmpty(difference(one, other, registry))).toBe(false)
  })

  it('is a list of changes: what refers goes first and comes last', async () => {
    const before = await configOf({
      services: [{ ...service, routes: [{ ...route, plugins: [limit(1)] }] }],
      consumers: [{ username: 'ann' }],
    })
    const after = await configOf({
      consumers: [{ username: 'ann', custom_id: 'x', keyauth_credentials: [{ key: 'k' }] }],
      services: [{ name: 'new', host: 'h.test' }],
    })
    const changes = changesOf(difference(before, after, registry), registry)
    expect(changes.map(({ op, kind }) => `${op} ${kind}`)).toEqual([
      'delete plugins',
      'delete routes',
      'delete services',
      'upsert services',
      'upsert consumers',
      'upsert keyauth_credentials',
    ])
  })
})
