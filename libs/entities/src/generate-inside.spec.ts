import { describe, expect, it } from 'vitest'
import { record, string } from './field.ts'
import { generateInside } from './generate-inside.ts'

const fields = {
  name: string({ auto: true }),
  config: record({ key: string({ auto: true, required: true }), note: string() }, { required: true }),
  may: record({ deep: record({ key: string({ auto: true }) }, { required: true }) }),
  plain: record({ note: string() }, { required: true }),
}
const generated = (given: Parameters<typeof generateInside>[1]) => generateInside(fields, given, () => 'new')

describe('generateInside', () => {
  it.each([
    ['a required record that is not given', {}, { config: { key: 'new' } }],
    ['one that is given without it', { config: { note: 'x' } }, { config: { key: 'new', note: 'x' } }],
    ['a record that may be absent, at any depth', { may: {} }, { may: { deep: { key: 'new' } } }],
  ])('makes the key of %s', (_, given, expected) => {
    expect(generated(given)).toMatchObject(expected)
  })

  it.each([
    ['a key that is given', { config: { key: 'old' } }],
    ['a null, which validation refuses', { config: { key: null } }],
    ['what is no record', { config: 5 }],
    ['a null for a record', { config: null, may: null }],
    ['what is beside', { config: { key: 'old' }, plain: {}, unknown: 1 }],
  ])('leaves %s alone', (_, given) => {
    expect(generated(given)).toEqual(given)
  })
})
