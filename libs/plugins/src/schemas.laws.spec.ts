import { type Field, type Fields, isJsonObject, type Json, type JsonObject } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anInput, anInputWith, validated } from './fixtures.ts'
import { bundledPlugins } from './schemas.ts'

const schemas = [...bundledPlugins('3.4.0').values()]

describe.each(schemas)('what $name accepts', ({ name, fields: { config } }) => {
  const configs = someOf(config.fields ?? {})

  it('it accepts again unchanged', () => {
    let accepted = 0
    fc.assert(
      fc.property(configs, (given) => {
        const outcome = validated(anInputWith(name, given))
        if (!('entity' in outcome)) return
        accepted += 1
        expect(validated(outcome.entity)).toStrictEqual(outcome)
        expect(fieldsMissing(config.fields ?? {}, outcome.entity.config ?? null)).toEqual([])
      }),
    )
    expect(accepted).toBeGreaterThan(0)
  })
})

describe.each(schemas)('$name', ({ name, fields: { config } }) => {
  it('answers any JSON for a config without throwing', () => {
    const names = fc.constantFrom(...Object.keys(config.fields ?? {}), '__proto__')
    const near = fc.dictionary(names, fc.jsonValue())
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (value) => {
        const outcome = validated({ ...anInput(name), config: value as Json })
        expect(['entity', 'errors']).toContain(Object.keys(outcome)[0])
      }),
    )
  })
})

type Values = fc.Arbitrary<Json>

/** A few of a record's fields, each with a value that it is likely to accept, or null. */
function someOf(fields: Fields): fc.Arbitrary<JsonObject> {
  const all = Object.entries(fields)
  return fc.subarray(all, { maxLength: Math.min(3, all.length) }).chain((some) => {
    const members = some.map(([name, field]) =>
      fc.tuple(fc.constant(name), fc.option(values(field), { freq: 10 })),
    )
    return fc.tuple(...members).map((entries) => Object.fromEntries(entries))
  })
}

function values(field: Field): Values {
  const { one_of: choices, between: [low, high] = [1, 1000] } = field
  if (choices !== undefined) return fc.constantFrom(...choices)
  switch (field.type) {
    case 'integer':
      return fc.integer({ min: Math.ceil(low), max: Math.floor(high) })
    case 'number':
      return fc.double({ min: low, max: high, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'set':
    case 'array':
      return fc.array(inside(field.elements), { maxLength: 3 })
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'x-b'), inside(field.values), { maxKeys: 2 })
    case 'record':
      return someOf(field.fields ?? {})
    default:
      return fc.constantFrom('x', 'h.test', '10.0.0.1', 'http://h.test/x', 'a:b', '200-299', '/x', 'GET')
  }
}

function inside(part: object | undefined): Values {
  // The elements of a list are fields, though their type says no more than what they fulfil.
  return part === undefined ? fc.constant('x') : values(part as Field)
}

/** Dotted names of the declared fields that a complete config lacks. */
function fieldsMissing(fields: Fields, value: Json, path = ''): string[] {
  if (!isJsonObject(value)) return []
  const config: JsonObject = value
  return Object.entries(fields).flatMap(([name, field]) => {
    const at = `${path}${name}`
    if (!Object.hasOwn(config, name)) return [at]
    return fieldsMissing(field.fields ?? {}, config[name] ?? null, `${at}.`)
  })
}
