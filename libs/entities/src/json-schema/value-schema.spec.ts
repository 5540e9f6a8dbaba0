import { describe, expect, it } from 'vitest'
import { array, boolean, type Field, foreign, integer, map, record, set, string } from '../field.ts'
import { type Side, valueSchema } from './value-schema.ts'

const keysOf = () => ['name']
const of = (field: Field, side: Side) => valueSchema(field, { side, keysOf })

describe('the schema of a value', () => {
  it.each([
    ['is null where it is not required', integer(), { type: ['integer', 'null'] }],
    ['is never null where it is', integer({ required: true }), { type: 'integer' }],
    ['has null among its choices', integer({ one_of: [1] }), { type: ['integer', 'null'], enum: [1, null] }],
    ['has null beside the only one', integer({ eq: 1 }), { type: ['integer', 'null'], enum: [1, null] }],
    ['is null only, where nothing else is accepted', foreign('x', { eq: null }), { type: 'null' }],
    [
      'tells what it is for',
      boolean({ required: true, description: 'why' }),
      { description: 'why', type: 'boolean' },
    ],
    [
      'may be a reference to a vault, whatever else it has to be',
      string({ required: true, referenceable: true, one_of: ['a'] }),
      {
        anyOf: [
          { type: 'string', enum: ['a'] },
          { type: 'string', pattern: '^\\{vault://.*\\}$' },
        ],
      },
    ],
    [
      'of a text that may be anything needs no such exception',
      string({ required: true, referenceable: true }),
      { type: 'string', minLength: 1 },
    ],
    [
      'of a map speaks of keys and values, none of which is null',
      map(string({ match: '^a' }), integer(), { required: true }),
      {
        type: 'object',
        propertyNames: { type: 'string', minLength: 1, pattern: '^a' },
        additionalProperties: { type: 'integer' },
      },
    ],
  ])('%s', (_, field, schema) => {
    expect(of(field, 'shown')).toEqual(schema)
  })

  it('tells defaults to those only who write a whole entity, and none of secrets', () => {
    const field = integer({ default: 5 })
    expect(of(field, 'new')).toHaveProperty('default', 5)
    expect(of(field, 'patch')).not.toHaveProperty('default')
    expect(of(field, 'shown')).not.toHaveProperty('default')
    expect(of(string({ default: 'secret', encrypted: true }), 'new')).not.toHaveProperty('default')
  })

  it('lets clients repeat members of a set, and shows none twice', () => {
    const field = set(string(), { required: true })
    expect(of(field, 'shown')).toHaveProperty('uniqueItems', true)
    expect(of(field, 'new')).not.toHaveProperty('uniqueItems')
  })
})

describe('the schema of a reference', () => {
  it('shows an id, and takes another unique field in its place', () => {
    const field = foreign('services', { required: true })
    expect(of(field, 'shown')).toMatchObject({ required: ['id'], additionalProperties: false })
    expect(of(field, 'new')).toMatchObject({ anyOf: [{ required: ['id'] }, { required: ['name'] }] })
  })
})

describe('the schema of a record', () => {
  const inner = record({ must: string({ required: true }), may: string() }, { required: true })
  const outer = record({ inner, fallback: integer({ required: true, default: 1 }) }, { required: true })

  it.each([
    ['shows every field', 'shown', ['inner', 'fallback'], ['must', 'may']],
    ['needs what has no value of its own, at any depth', 'new', ['inner'], ['must']],
    ['needs nothing of a patch, which is merged', 'patch', undefined, undefined],
  ] as const)('%s', (_, side, ofOuter, ofInner) => {
    const schema = of(outer, side)
    expect(schema.required).toEqual(ofOuter)
    expect(Object(schema.properties).inner.required).toEqual(ofInner)
    expect(schema.additionalProperties).toBe(false)
  })

  it('in a list is whole even in a patch, which replaces lists', () => {
    const list = array(inner, { required: true })
    expect(of(list, 'patch')).toMatchObject({ items: { required: ['must'] } })
  })

  it('takes former names of its fields, and shows none', () => {
    const field = record(
      { now: integer() },
      { required: true, shorthand_fields: { was: { field: integer(), expand: (was) => ({ now: was }) } } },
    )
    expect(of(field, 'new').properties).toHaveProperty('was')
    expect(of(field, 'shown').properties).not.toHaveProperty('was')
  })
})
