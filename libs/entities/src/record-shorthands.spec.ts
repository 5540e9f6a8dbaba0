import { describe, expect, it } from 'vitest'
import type { Subschemas } from './definition.ts'
import { number, record } from './field.ts'
import { aWrite, ID } from './fixtures/context.ts'
import { decodeForm } from './form.ts'
import type { JsonObject } from './json.ts'
import { plugin } from './kinds/plugin.ts'
import { mergePatch } from './merge-patch.ts'
import { pluginSchema } from './plugin-schema.ts'
import { shownConstraint } from './shown.ts'
import { validate } from './validate.ts'
import { protocols } from './vocabulary.ts'

const config = record(
  { rolling: number({ default: 10 }), idling: number({ default: 20 }) },
  {
    required: true,
    shorthand_fields: {
      lifetime: { field: number(), expand: (value: number | null) => ({ rolling: value }) },
      gone: { field: number(), expand: () => ({}) },
    },
  },
)
const schema = pluginSchema({ name: 'timed', version: '1.0.0', priority: 1, fields: { protocols, config } })
const subschemas: Subschemas = { plugins: new Map([['timed', schema]]) }
const created = (given: JsonObject) =>
  validate(plugin, { name: 'timed', config: given }, { ...aWrite(), subschemas })

describe('a shorthand of a record', () => {
  it.each([
    ['stands for another field', { lifetime: 5 }, { rolling: 5, idling: 20 }],
    ['overrules that one', { lifetime: 5, rolling: 7 }, { rolling: 5, idling: 20 }],
    ['may be null, which is not the default', { lifetime: null }, { rolling: null, idling: 20 }],
    ['may stand for nothing', { gone: 5 }, { rolling: 10, idling: 20 }],
  ])('%s', (_, given, expected) => {
    expect(created(given)).toHaveProperty('entity.config', expected)
  })

  it('is refused by its own field', () => {
    expect(created({ lifetime: 'x' })).toEqual({ errors: { config: { lifetime: 'expected a number' } } })
  })

  it('is converted in a form, and may patch', () => {
    const outcome = created({ rolling: 1, idling: 2 })
    const current = 'entity' in outcome ? outcome.entity : { id: ID }
    const patch = decodeForm(plugin, [['config.lifetime', '5']], subschemas, current)
    const merged = mergePatch(plugin, current, patch, subschemas)
    expect(validate(plugin, merged, { ...aWrite(current), subschemas })).toHaveProperty('entity.config', {
      rolling: 5,
      idling: 2,
    })
  })

  it('is shown apart from the fields', () => {
    expect(shownConstraint(config)).toMatchObject({
      fields: [{ rolling: { type: 'number' } }, { idling: { type: 'number' } }],
      shorthand_fields: [{ lifetime: { type: 'number' } }, { gone: { type: 'number' } }],
    })
  })
})
