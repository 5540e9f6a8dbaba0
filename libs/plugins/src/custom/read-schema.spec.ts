import {
  entityKinds,
  entityRegistry,
  type JsonObject,
  kongSchema,
  type PluginSchema,
  validate,
} from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { bundledPlugins } from '../schemas.ts'
import type { CustomPluginSchema } from './authored.ts'
import { readSchema } from './read-schema.ts'

const LEAST = {
  name: 'my-plugin',
  version: '1.2.3',
  priority: 900,
  fields: [{ config: { type: 'record', fields: [] } }],
} satisfies CustomPluginSchema

function read(given: unknown): PluginSchema {
  const outcome = readSchema(given, undefined)
  if ('problems' in outcome) throw new Error(outcome.problems.join('\n'))
  return outcome.schema
}

const withConfig = (...fields: readonly object[]) => ({
  ...LEAST,
  fields: [{ config: { type: 'record', fields } }],
})

function judged(schema: PluginSchema, config: JsonObject) {
  const definition = entityRegistry(entityKinds).get('plugins')
  if (definition === undefined) throw new Error('there are plugins')
  const context = {
    subschemas: { plugins: new Map([[schema.name, schema]]) },
    ...{ now: 1, uuid: () => '11111111-1111-4111-8111-111111111111', randomKey: () => 'k' },
  }
  return validate(definition, { name: schema.name, config }, context)
}

describe('the schema of a custom plugin', () => {
  it('that says the least is one', () => {
    expect(read(LEAST)).toMatchObject({ name: 'my-plugin', version: '1.2.3', priority: 900 })
    expect(judged(read(LEAST), {})).toMatchObject({ entity: { config: {} } })
  })

  it('takes its version from the package where it states none', () => {
    const { version: _, ...unversioned } = LEAST
    expect(readSchema(unversioned, '4.5.6')).toMatchObject({ schema: { version: '4.5.6' } })
    expect(readSchema(LEAST, '4.5.6')).toMatchObject({ schema: { version: '1.2.3' } })
  })

  it('judges configs by its fields, defaults and checks', () => {
    const schema = read({
      ...LEAST,
      fields: {
        consumer: { type: 'foreign', reference: 'consumers', eq: null },
        config: {
          type: 'record',
          fields: {
            header: { type: 'string', required: true, default: 'X-Mine', len_max: 8 },
            tags: { type: 'set', elements: { type: 'string', match: '^[a-z]+$' } },
            limits: { type: 'map', keys: { type: 'string' }, values: { type: 'integer', gt: 0 } },
            user: { type: 'string' },
            password: { type: 'string', referenceable: true, encrypted: true },
          },
          entity_checks: [{ mutually_required: ['user', 'password'] }],
        },
      },
    })
    expect(judged(schema, {})).toMatchObject({ entity: { config: { header: 'X-Mine', tags: null } } })
    expect(
      judged(schema, { header: 'X-Much-Too-Long', tags: ['a', '1'], limits: { x: 0 }, user: 'me' }),
    ).toEqual({
      errors: {
        config: {
          '@entity': ["all or none of these fields must be set: 'user', 'password'"],
          header: 'length must be at most 8',
          tags: [null, 'invalid value: 1'],
          limits: 'value must be greater than 0',
        },
      },
    })
    expect(judged(schema, { password: '{vault://env/secret}' })).toHaveProperty('entity')
  })

  it('never leaves the config null, whatever it says', () => {
    expect(judged(read(withConfig({ a: { type: 'string', default: 'x' } })), {})).toMatchObject({
      entity: { config: { a: 'x' } },
    })
  })

  it.each([...bundledPlugins('3.4.0').values()].map((schema) => [schema.name, schema] as const))(
    'may be what the Admin API tells of %s',
    (name, bundled) => {
      const { fields } = JSON.parse(JSON.stringify(kongSchema(bundled)))
      const problems = readSchema({ name, version: '1.0.0', priority: 1, fields }, undefined)
      if ('problems' in problems) {
        // What only code can say is told, and nothing else.
        for (const problem of problems.problems)
          expect(problem).toMatch(/'(shorthand_fields|timeout)'|each is an object of one/)
        return
      }
      expect(JSON.parse(JSON.stringify(kongSchema(problems.schema))).fields).toEqual(fields)
    },
  )

  it.each<[string, unknown, string]>([
    ['no object', 'text', 'a schema is an object with name, priority and fields'],
    ['no name', { ...LEAST, name: undefined }, 'name: must be letters, digits, _ and -, a letter first'],
    [
      'a name of a path',
      { ...LEAST, name: '../x' },
      'name: must be letters, digits, _ and -, a letter first',
    ],
    ['no priority', { ...LEAST, priority: undefined }, 'priority: must be a whole number, at least 0'],
    [
      'a version of two parts',
      { ...LEAST, version: '1.2' },
      'version: must be of the form x.y.z, here or in the package.json beside',
    ],
    ['a slip of the pen', { ...LEAST, prioritty: 1 }, "unknown member 'prioritty'"],
    [
      'no fields',
      { ...LEAST, fields: 1 },
      "fields: must be a list such as [{ config: { type: 'record', … } }]",
    ],
    ['no config', { ...LEAST, fields: [] }, 'config: is not there'],
    [
      'a config that is no record',
      { ...LEAST, fields: [{ config: { type: 'string' } }] },
      "config: must be of type 'record'",
    ],
    [
      'a field that is not its own',
      { ...LEAST, fields: [...LEAST.fields, { enabled: { type: 'boolean' } }] },
      'enabled: a plugin has no say in this field, only in its config',
    ],
    [
      'a scope that is not refused',
      { ...LEAST, fields: [...LEAST.fields, { route: { type: 'foreign' } }] },
      "route: can only be refused: { type: 'foreign', reference: 'routes', eq: null }",
    ],
    [
      'a protocol that nobody speaks',
      {
        ...LEAST,
        fields: [
          ...LEAST.fields,
          { protocols: { type: 'set', elements: { type: 'string', one_of: ['ftp'] } } },
        ],
      },
      'protocols: must be a set of strings that are one_of some of grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp',
    ],
    [
      'a field without a type',
      withConfig({ a: {} }),
      "config.a: has no 'type': string, integer, number, boolean, set, array, map, record",
    ],
    [
      'a type of Lua',
      withConfig({ a: { type: 'function' } }),
      'config.a: the type is none of string, integer, number, boolean, set, array, map, record',
    ],
    ['a list of what', withConfig({ a: { type: 'array' } }), "config.a: has no 'elements'"],
    [
      'an attribute that does not exist',
      withConfig({ a: { type: 'string', max: 1 } }),
      "config.a: unknown attribute 'max'",
    ],
    [
      'an attribute of another type',
      withConfig({ a: { type: 'string', gt: 1 } }),
      "config.a: 'gt' is for fields of type integer, number, not string",
    ],
    [
      'an attribute of no sense',
      withConfig({ a: { type: 'string', len_max: '8' } }),
      "config.a: 'len_max' must be a whole number, at least 0",
    ],
    [
      'a default that it refuses',
      withConfig({ a: { type: 'integer', default: 'x' } }),
      'config.a: its default is not valid: "expected an integer"',
    ],
    [
      'a pattern that is none',
      withConfig({ a: { type: 'string', match: '[a' } }),
      "config.a: a pattern that cannot be used: the Lua pattern '[a' lacks a closing bracket",
    ],
    [
      'a name twice',
      withConfig({ a: { type: 'string' } }, { a: { type: 'string' } }),
      'config.a: is there twice',
    ],
    [
      'a name that hides what objects have',
      withConfig(JSON.parse('{ "__proto__": { "type": "string" } }')),
      'config.__proto__: a name is letters, digits, _ and -',
    ],
    [
      'a check of no field',
      { ...LEAST, entity_checks: [{ distinct: ['config.a'] }] },
      "entity_checks.distinct: there is no field 'config.a'",
    ],
    [
      'a check that is code',
      { ...LEAST, entity_checks: [{ custom_entity_check: {} }] },
      'entity_checks: each is an object of one member, which is one of at_least_one_of, only_one_of, mutually_exclusive, mutually_required, distinct, conditional',
    ],
  ])('with %s is refused', (_, given, problem) => {
    const outcome = readSchema(given, undefined)
    expect('problems' in outcome && outcome.problems).toContain(problem)
  })

  it('is told all that is wrong with it at once', () => {
    const outcome = readSchema({ ...withConfig({ a: {} }, { b: { type: 'map' } }), priority: -1 }, undefined)
    expect('problems' in outcome && outcome.problems).toHaveLength(3)
  })
})
