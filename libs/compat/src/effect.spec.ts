import { expect, it } from 'vitest'
import { effectOf } from './effect.ts'
import type { Rule } from './rule.ts'

const since = '3.3.0'
const field = { since, on: 'things', added: 'field', field: 'a.b' } as const
const value = { since, on: 'things', added: 'value', field: 'mode', value: 'swift' } as const
const when = { field: 'sort', value: 'x' }

it.each<[Rule, string]>([
  [{ ...field, older: 'strip' }, 'a.b removed'],
  [{ ...field, older: 'drop' }, 'a.b: left out'],
  [{ ...field, older: 'refuse' }, 'a.b: the whole config is withheld'],
  [{ ...value, older: { use: 'slow' } }, 'mode "swift" becomes "slow"'],
  [{ ...value, older: 'drop' }, 'mode "swift": left out'],
  [{ since, on: 'things', added: 'fields', fields: ['a', 'b'], when }, 'a, b removed where sort is "x"'],
  [{ since, on: 'things', added: 'kind', older: 'drop' }, 'left out'],
  [{ since, on: 'things', renamed: 'a', from: 'b' }, 'a is called b'],
  [{ since, on: 'things', replaced: 'a', by: 'q.b', otherwise: 1 }, 'a is q.b, or 1, if it is no number'],
  [{ since, on: 'things', replaced: 'a', by: null, otherwise: 1 }, 'a is 1, if it is no number'],
  [
    { since, on: 'things', respelled: 'a', replace: '-', by: '_', when },
    '- in a becomes _ where sort is "x"',
  ],
])('%j reads: %s', (rule, text) => {
  expect(effectOf(rule)).toBe(text)
})
