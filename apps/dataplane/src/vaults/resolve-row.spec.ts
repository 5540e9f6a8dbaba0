import { expect, it } from 'vitest'
import { conceal } from './resolve-row.ts'

it.each([
  ['no secret', { one: '{a}' }, 'no secret'],
  ['one and one', { one: '{a}' }, '{a} and {a}'],
  ['one', { one: '{vault://env/lone}', env: '{b}' }, '{vault://env/lone}'],
  ['one and onerous', { one: '{a}', onerous: '{b}' }, '{a} and {b}'],
  ['a.c (x) abc', { 'a.c': '{a}', '(x)': '{b}' }, '{a} {b} abc'],
  ['$& $1', { '$&': '$1' }, '$1 $1'],
  ['{"key":"a\\nb\\"c"}', { 'a\nb"c': '{a}' }, '{"key":"{a}"}'],
  ['redis://:p%40s%2F@host', { 'p@s/': '{a}' }, 'redis://:{a}@host'],
  ['no pair', { '\ud800': '{a}' }, 'no pair'],
])('%j with the secrets %j in it is told as %j', (text, secrets, told) => {
  expect(conceal(text, new Map(Object.entries(secrets)))).toBe(told)
})
