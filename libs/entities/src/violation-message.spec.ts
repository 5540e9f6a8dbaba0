import { describe, expect, it } from 'vitest'
import type { FieldErrors } from './field-errors.ts'
import { violationMessage } from './violation-message.ts'

const cases: readonly (readonly [FieldErrors, string])[] = [
  [{ port: 'expected an integer' }, 'schema violation (port: expected an integer)'],
  [{ b: 'x', a: 'y' }, '2 schema violations (a: y; b: x)'],
  [
    { path: 'value must be null', '@entity': ['failed'] },
    '2 schema violations (failed; path: value must be null)',
  ],
  [{ '@entity': ['one', 'two'] }, '2 schema violations (one; two)'],
  [{ protocols: ['bad'] }, 'schema violation (protocols.1: bad)'],
  [{ tags: [null, 'bad', null, 'worse'] }, '2 schema violations (tags.2: bad; tags.4: worse)'],
  [
    { config: { minute: 'm', bogus: 'unknown field' } },
    '2 schema violations (config.bogus: unknown field; config.minute: m)',
  ],
  [{ config: { key_names: ['bad'] } }, 'schema violation (config.key_names: {\n  "bad"\n})'],
  [{ config: { add: { json: 'x' } } }, 'schema violation (config.add: {\n  json = "x"\n})'],
]

describe('violationMessage', () => {
  it.each(cases)('of %j', (errors, message) => {
    expect(violationMessage(errors)).toBe(message)
  })
})
