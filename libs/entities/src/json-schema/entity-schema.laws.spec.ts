import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EntityDefinition, uniqueKeys } from '../definition.ts'
import { aWrite, NOW, subschemas } from '../fixtures/context.ts'
import { validInputs } from '../fixtures/inputs.ts'
import type { JsonObject } from '../json.ts'
import { entityKinds } from '../kinds.ts'
import { toRest } from '../ttl.ts'
import { validate } from '../validate.ts'
import { entitySchema, variantSchema, variantsOf } from './entity-schema.ts'
import type { Side } from './value-schema.ts'

const ajv = addFormats.default(new Ajv2020({ strict: false }))

describe.each(validInputs.map(([definition, input]) => ({ definition, kind: definition.kind, input })))(
  'of $kind',
  ({ definition, input }) => {
    const variants = variantsOf(definition, subschemas)
    const cases = (variants?.names ?? ['']).map((name) => [name, schemasOf(definition, name)] as const)
    const schemas = new Map(cases)

    it('the schemas allow all that validation accepts, and what is shown of it', () => {
      fc.assert(
        fc.property(input, (sent) => {
          const outcome = validate(definition, sent, aWrite())
          fc.pre('entity' in outcome)
          const of = schemas.get(variants === null ? '' : String(sent[variants.by]))
          expect(of?.new(sent)).toBe('No errors')
          expect(of?.patch(sent)).toBe('No errors')
          expect(of?.shown(toRest(definition, outcome.entity, NOW))).toBe('No errors')
        }),
      )
    })
  },
)

function schemasOf(definition: EntityDefinition, variant: string) {
  return {
    new: judge(definition, variant, 'new'),
    patch: judge(definition, variant, 'patch'),
    shown: judge(definition, variant, 'shown'),
  }
}

/** What is wrong with a value, in words. */
function judge(definition: EntityDefinition, variant: string, side: Side): (value: JsonObject) => string {
  const projection = { side, keysOf }
  const schema =
    variant === ''
      ? entitySchema(definition, projection)
      : variantSchema(definition, variant, subschemas, projection)
  const check = ajv.compile(schema)
  return (value) => {
    check(value)
    return ajv.errorsText(check.errors)
  }
}

function keysOf(kind: string): readonly string[] {
  const found = entityKinds.find((each) => each.kind === kind)
  return found === undefined ? [] : uniqueKeys(found).flatMap((names) => (names.length === 1 ? names : []))
}
