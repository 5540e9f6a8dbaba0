import type { Entity, JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { changesOf, difference } from './difference.ts'
import { type Config, toConfig } from './draft.ts'
import { errorTree } from './error-tree.ts'
import { standIns } from './fixtures/stand-ins.ts'
import { accepted, configOf, context, only, refused, registry } from './fixtures/world.ts'
import { parseConfig } from './parse.ts'
import { printConfig } from './print.ts'
import { settle } from './settle.ts'

const ID = '1111111a-1111-4111-8111-111111111111'
const service = { name: 'shop', host: 'h.test' }

describe('a draft that meets what there is', () => {
  it('leaves out what it does not declare', async () => {
    const current = await configOf({ services: [service, { name: 'other', host: 'h.test' }] })
    const config = await configOf({ services: [service] }, current)
    expect(only(config, 'services').name).toBe('shop')
  })

  it('takes the existing entity itself where it says nothing new', async () => {
    const current = await configOf({ services: [{ ...service, id: ID, created_at: 1, updated_at: 2 }] })
    const config = await configOf({ services: [{ ...service, id: ID }] }, current)
    expect(only(config, 'services')).toBe(only(current, 'services'))
  })

  it('dates what changes, and keeps when it was made', async () => {
    const current = await configOf({ services: [{ ...service, id: ID, created_at: 1, updated_at: 2 }] })
    const config = await configOf({ services: [{ ...service, id: ID, retries: 7 }] }, current)
    expect(only(config, 'services')).toMatchObject({ created_at: 1, updated_at: context.now, retries: 7 })
  })

  it('finds by its unique name what the document gives no id', async () => {
    const current = await configOf({
      services: [{ ...service, id: ID, routes: [{ name: 'r', paths: ['/'] }] }],
    })
    const config = await configOf(
      { services: [{ ...service, routes: [{ name: 'r', paths: ['/a'] }] }] },
      current,
    )
    expect(only(config, 'services').id).toBe(ID)
    expect(only(config, 'routes')).toMatchObject({ service: { id: ID }, id: only(current, 'routes').id })
  })

  it('finds by what it is on a plugin that is nested now and was not then', async () => {
    const plugin = { name: 'rate-limiting', config: { minute: 1 } }
    const current = await configOf({ services: [{ ...service, id: ID, plugins: [plugin] }] })
    const config = await configOf({ services: [service], plugins: [{ ...plugin, service: 'shop' }] }, current)
    expect(only(config, 'plugins')).toBe(only(current, 'plugins'))
  })

  it('finds by its content what has no name', async () => {
    const routes = ['/a', '/b', '/a'].map((path) => ({ paths: [path], plugins: [{ name: 'key-auth' }] }))
    const document = { services: [{ ...service, routes }] }
    const current = await configOf(document)
    expect(await configOf(document, current)).toEqual(current)
  })

  it('gives another id to an entity whose derived one belongs to an existing entity of another name', async () => {
    const first = only(await configOf({ services: [service] }), 'services')
    const current = await configOf({ services: [{ ...service, id: first.id, name: 'renamed' }] })
    const config = await configOf({ services: [service, { ...service, name: 'renamed' }] }, current)
    const names = new Map([...(config.get('services')?.values() ?? [])].map(({ name, id }) => [name, id]))
    expect(names.get('renamed')).toBe(first.id)
    expect(names.get('shop')).not.toBe(first.id)
    expect(names.size).toBe(2)
  })

  it('never gives away an id that the document gives', async () => {
    const current = await configOf({ services: [{ ...service, id: ID }] })
    const config = await configOf({ services: [service, { id: ID, name: 'heir', host: 'h.test' }] }, current)
    expect(config.get('services')?.get(ID)?.name).toBe('heir')
    expect(config.get('services')?.size).toBe(2)
  })

  it('keeps generated secrets that the document does not speak of', async () => {
    const key = (text: string) => ({ ...context, randomKey: () => text })
    const document = {
      consumers: [{ username: 'ann' }],
      plugins: [{ name: 'session' }, { name: 'session', consumer: 'ann', config: { secret: 'mine' } }],
    }
    const draftOf = async (text: string) => {
      const outcome = await parseConfig({ _format_version: '3.0', ...document }, registry, key(text))
      return 'draft' in outcome ? outcome.draft : Promise.reject(new Error('refused'))
    }
    const current = settle(await draftOf('first'), () => '')
    const config = settle(await draftOf('second'), () => '', current)
    expect([...(config.get('plugins')?.values() ?? [])].map(({ config }) => config)).toEqual([
      { secret: 'first' },
      { secret: 'mine' },
    ])
    expect(config).toEqual(current)
  })

  it('is itself where there is nothing', async () => {
    const draft = await accepted({ services: [{ ...service, routes: [{ paths: ['/'] }] }] })
    expect(settle(draft, () => '')).toEqual(toConfig(draft.entities))
  })
})

describe('what a plugin wrote', () => {
  const passwords = ['a', 'b'].map((username) => ({ username, password: 'secret' }))
  const sessions = [
    { session_id: 'of a', password: 'a' },
    { session_id: 'of b', password: 'b' },
    { session_id: 'free' },
  ]
  const document = { consumers: [{ username: 'ann', passwords }], sessions }

  it.each([
    [
      'stays where a document is silent',
      { consumers: [{ username: 'ann', passwords }] },
      ['of a', 'of b', 'free'],
    ],
    [
      'goes with what it refers to',
      { consumers: [{ username: 'ann', passwords: passwords.slice(1) }] },
      ['of b', 'free'],
    ],
    ['goes where the document says so', { consumers: [{ username: 'ann', passwords }], sessions: [] }, []],
  ])('%s', async (_, next, kept) => {
    const current = await configOf(document, undefined, standIns)
    const config = await configOf(next, current, standIns)
    expect([...(config.get('sessions')?.values() ?? [])].map(({ session_id: id }) => id)).toEqual(kept)
  })
})

describe('what no document declares', () => {
  const up = (...targets: string[]) => ({
    upstreams: [{ name: 'up.test', targets: targets.map((target) => ({ target })) }],
  })
  const withMarks = async (document: JsonObject): Promise<Config> => {
    const config = await configOf(document)
    const marks = [...(config.get('targets')?.values() ?? [])].map(({ id, target }): [string, Entity] => {
      const mark = { id: `mark of ${target}`, target: { id }, address: null, health: 'unhealthy' }
      return [mark.id, mark]
    })
    return new Map([...config, ['target_health', new Map(marks)]])
  }

  it('stays while the target is there that it is of, and goes with it, as a change', async () => {
    const current = await withMarks(up('a.test:80', 'b.test:80'))
    expect(await configOf(up('a.test:80', 'b.test:80'), current)).toEqual(current)
    const fewer = await configOf(up('b.test:80'), current)
    expect(only(fewer, 'target_health').id).toBe('mark of b.test:80')
    const gone = difference(current, fewer, registry)
    expect(gone.removed.map(({ kind }) => kind).toSorted()).toEqual(['target_health', 'targets'])
    expect(changesOf(gone, registry).map(({ kind, op }) => `${op} ${kind}`)).toEqual([
      'delete target_health',
      'delete targets',
    ])
  })

  it.each<[string, JsonObject]>([
    ['at the top', { target_health: [] }],
    [
      'within a target',
      { upstreams: [{ name: 'u.test', targets: [{ target: 'a.test', target_health: [] }] }] },
    ],
  ])('is an unknown field %s, and is not printed', async (_where, document) => {
    const { faults } = await refused(document)
    expect(JSON.stringify(errorTree(faults))).toContain('"target_health":"unknown field"')
    const printed = printConfig(await withMarks(up('a.test:80')), registry)
    expect(JSON.stringify(printed)).not.toContain('mark of')
  })
})
