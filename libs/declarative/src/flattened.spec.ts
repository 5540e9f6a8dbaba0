import { describe, expect, it } from 'vitest'
import { errorTree } from './error-tree.ts'
import { refused } from './fixtures/world.ts'
import { flattenErrors } from './flattened.ts'

const ID = '0175e0e8-3de9-56b4-96f1-b12dcb4b6691'

async function flattened(document: Parameters<typeof refused>[0]) {
  const { flattened, rest } = flattenErrors(await refused(document))
  return { flattened, fields: errorTree(rest) }
}

describe('flattened errors', () => {
  it('tell each entity at fault, nested ones before what holds them, the last ones first', async () => {
    const service = {
      name: 'nope',
      protocol: 'nope',
      host: 'h.test',
      tags: ['s1'],
      routes: [
        { name: 'fine', hosts: ['h.test'] },
        {
          name: 'nope.route',
          protocols: ['tcp'],
          plugins: [{ name: 'rate-limiting', config: { a: { b: 1 } }, tags: ['p1'] }],
        },
      ],
    }
    const consumer = { username: 'ann', not_allowed: true, tags: ['c1', 'x'] }
    expect(
      await flattened({ services: [service, { name: 'mute' }], consumers: [consumer], bogus: 1 }),
    ).toEqual({
      flattened: [
        {
          entity_type: 'service',
          entity_name: 'mute',
          entity: { name: 'mute' },
          errors: [{ type: 'field', field: 'host', message: 'required field missing' }],
        },
        {
          entity_type: 'plugin',
          entity_name: 'rate-limiting',
          entity_tags: ['p1'],
          entity: { name: 'rate-limiting', config: { a: { b: 1 } }, tags: ['p1'] },
          errors: [{ type: 'field', field: 'config.a', message: 'unknown field' }],
        },
        {
          entity_type: 'route',
          entity_name: 'nope.route',
          entity: { name: 'nope.route', protocols: ['tcp'] },
          errors: [
            {
              type: 'entity',
              message:
                "must set one of 'sources', 'destinations', 'snis' when 'protocols' is 'tcp', 'tls' or 'udp'",
            },
          ],
        },
        {
          entity_type: 'service',
          entity_name: 'nope',
          entity_tags: ['s1'],
          entity: { name: 'nope', protocol: 'nope', host: 'h.test', tags: ['s1'] },
          errors: [
            {
              type: 'field',
              field: 'protocol',
              message: 'expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp',
            },
          ],
        },
        {
          entity_type: 'consumer',
          entity_tags: ['c1', 'x'],
          entity: consumer,
          errors: [{ type: 'field', field: 'not_allowed', message: 'unknown field' }],
        },
      ],
      fields: { bogus: 'unknown field' },
    })
  })

  it('tell what is wrong with the whole after what is wrong with its fields, positions from the last', async () => {
    const service = { name: 's', host: 'h.test', protocol: 'tcp', path: '/p', tags: [1, 'a', 2] }
    const { flattened: found } = await flattened({ services: [service] })
    expect(found[0]?.errors).toEqual([
      { type: 'field', field: 'tags.3', message: 'expected a string' },
      { type: 'field', field: 'tags.1', message: 'expected a string' },
      { type: 'field', field: 'path', message: 'value must be null' },
      { type: 'entity', message: "failed conditional validation given value of field 'protocol'" },
    ])
  })

  it.each([
    [
      'a good id, name and tags',
      { id: ID, name: 'n', tags: ['t'] },
      { entity_id: ID, entity_name: 'n', entity_tags: ['t'] },
    ],
    ['an empty name', { name: '' }, {}],
    ['values of other types', { id: 5, name: 6, tags: ['a', 7] }, {}],
  ])('describe an entity with %s', async (_, fields, description) => {
    const { flattened: found } = await flattened({ services: [{ ...fields, url: 'http://h.test', nope: 1 }] })
    const { entity, errors, entity_type, ...described } = found[0] ?? {}
    expect(described).toEqual(description)
    expect(entity).toEqual({ ...fields, url: 'http://h.test', nope: 1 })
  })

  it('name the parent of a nested entity by its id, if it has one', async () => {
    const routes = [{ nope: true }]
    const { flattened: found } = await flattened({
      services: [
        { id: ID, url: 'http://h.test', routes },
        { name: 'x', url: 'http://h.test', routes },
      ],
    })
    expect(found.map(({ entity }) => entity)).toEqual([{ nope: true }, { nope: true, service: { id: ID } }])
  })

  it('tell what is given twice, under the id that was derived', async () => {
    const document = {
      services: [
        { name: 'a', host: 'h.test' },
        { name: 'a', host: 'g.test' },
      ],
    }
    const [one] = (await flattened(document)).flattened
    expect(one).toMatchObject({
      entity_id: expect.any(String),
      entity: { name: 'a', host: 'g.test' },
      errors: [
        {
          type: 'entity',
          message: "uniqueness violation: 'services' entity with name set to 'a' already declared",
        },
      ],
    })
  })

  it('tell a reference to nothing at its field', async () => {
    const [one] = (await flattened({ plugins: [{ name: 'key-auth', service: 'ghost' }] })).flattened
    expect(one?.errors).toEqual([
      {
        type: 'field',
        field: 'service',
        message: "invalid reference 'service: ghost' (no such entry in 'services')",
      },
    ])
  })

  it('tell a nested list that is none, and remarks, as fields', async () => {
    const [one] = (await flattened({ services: [{ name: 's', host: 'h.test', routes: 'x', _comment: 5 }] }))
      .flattened
    expect(one?.errors).toEqual([
      { type: 'field', field: '_comment', message: 'expected a string' },
      { type: 'field', field: 'routes', message: 'expected an array' },
    ])
  })

  it('tell what is wrong with an entity that is written where it is referred to as its own', async () => {
    const certificate = { cert: '', key: '', tags: ['c'] }
    const service = { name: 's', url: 'https://h.test', client_certificate: certificate }
    const told = {
      entity_type: 'certificate',
      entity_tags: ['c'],
      entity: certificate,
      errors: [
        { type: 'field', field: 'key', message: 'length must be at least 1' },
        { type: 'field', field: 'cert', message: 'length must be at least 1' },
      ],
    }
    expect((await flattened({ services: [service] })).flattened).toEqual([told])
    expect((await flattened({ services: [{ ...service, nope: 1 }] })).flattened).toEqual([
      told,
      expect.objectContaining({ entity: { name: 's', url: 'https://h.test', nope: 1 } }),
    ])
  })

  it('name what an entity refers to by its id', async () => {
    const services = [{ id: ID, host: 'h.test' }]
    const routes = [{ nope: 1, service: { id: ID } }]
    expect((await flattened({ services, routes })).flattened).toMatchObject([
      { entity: { nope: 1, service: { id: ID } } },
    ])
  })

  it('leave what is no entity’s', async () => {
    expect(await flattened({ services: [1] })).toEqual({
      flattened: [],
      fields: { services: ['expected a record'] },
    })
  })
})
