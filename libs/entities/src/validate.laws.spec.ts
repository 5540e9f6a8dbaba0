import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aWrite, NOW } from './fixtures/context.ts'
import { validInputs } from './fixtures/inputs.ts'
import { canonicalJson, type Json, type JsonObject } from './json.ts'
import { entityKinds, schemaOnlyKinds } from './kinds.ts'
import { mergePatch } from './merge-patch.ts'
import { parseJson } from './parse-json.ts'
import { toRest } from './ttl.ts'
import { validate, type WriteContext } from './validate.ts'

const kinds = [...entityKinds, ...schemaOnlyKinds].map((definition) => [definition.kind, definition] as const)
const inputs = validInputs.map(([definition, arbitrary]) => [definition.kind, definition, arbitrary] as const)

function accepted(definition: (typeof entityKinds)[number], input: JsonObject, context: WriteContext) {
  const outcome = validate(definition, input, context)
  if (!('entity' in outcome)) throw new Error(`refused ${JSON.stringify(input)}: ${JSON.stringify(outcome)}`)
  return outcome.entity
}

describe('an entity that was accepted', () => {
  it.each(inputs)('of %s is accepted again unchanged as an update', (_, definition, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (input) => {
        const entity = accepted(definition, input, aWrite())
        const patched = mergePatch(definition, entity, {}, aWrite().subschemas)
        expect(accepted(definition, patched, aWrite(entity))).toStrictEqual(entity)
      }),
    )
  })

  it.each(inputs)('of %s is unchanged when what GET shows is PUT back', (_, definition, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (input) => {
        const entity = accepted(definition, input, aWrite())
        const later = { ...aWrite(), now: NOW + 5 }
        const shown = toRest(definition, entity, NOW + 5)
        fc.pre(shown.ttl !== 0) // it has expired by then
        const again = accepted(definition, shown, later)
        const written = Object.hasOwn(entity, 'updated_at') ? { updated_at: NOW + 5 } : {}
        expect(again).toStrictEqual({ ...entity, ...written })
      }),
    )
  })

  it.each(inputs)('of %s has every declared field and no other', (_, definition, arbitrary) => {
    const declared = [...Object.keys(definition.fields), 'id', ...(definition.ttl ? ['expires_at'] : [])]
    fc.assert(
      fc.property(arbitrary, (input) => {
        const entity = accepted(definition, input, aWrite())
        const unset = definition.onlyWhenSet.filter((name) => !Object.hasOwn(entity, name))
        expect([...Object.keys(entity), ...unset].sort()).toEqual([...new Set(declared)].sort())
        expect(parseJson(canonicalJson(entity))).toStrictEqual(entity)
      }),
    )
  })
})

describe('validate', () => {
  it.each(kinds)('of %s answers any JSON without throwing', (_, definition) => {
    const names = Object.keys(definition.fields)
    const near = fc.dictionary(fc.constantFrom(...names, 'ttl', 'url', '__proto__'), fc.jsonValue())
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (value) => {
        const input = value as Json
        const outcome = validate(definition, input, aWrite())
        expect(['entity', 'errors', 'options']).toContain(Object.keys(outcome)[0])
      }),
    )
  })

  it.each(kinds)('of %s survives JSON nested a hundred thousand deep', (_, definition) => {
    const deep: Json = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    for (const name of Object.keys(definition.fields)) {
      expect(validate(definition, { [name]: deep }, aWrite())).toHaveProperty('errors')
    }
  })

  it.each(kinds)('of %s blames only the user where a default stands', (_, definition) => {
    const outcome = validate(definition, {}, aWrite())
    const defaulted = Object.entries(definition.fields).filter(([, field]) => field.default !== undefined)
    const blamed = 'errors' in outcome ? Object.keys(outcome.errors) : []
    for (const [name] of defaulted) expect(blamed).not.toContain(name)
  })
})
