import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import { route, traditionalRoute } from '../kinds/route.ts'
import { kongSchema } from '../kong-schema.ts'
import { validate } from '../validate.ts'

const context = { subschemas: { plugins: new Map() }, now: 1, uuid: randomUUID, randomKey: () => 'k' }
const TOO_MANY = 'one of too many patterns: those that are not plain may have 20000 characters together'
const UNFIT = (why: string) =>
  expect.stringMatching(new RegExp(`^nodes cannot match the regex '.{1,90}': ${why}$`))
const SLOW = expect.stringContaining("takes exponential time: '(a+)+'")

describe('a route that is written', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['a path', { paths: ['/a', '~/(a+)+$'] }, { paths: [null, SLOW] }],
    ['a header', { headers: { 'x-a': ['~*(a+)+$'] } }, { headers: [SLOW] }],
    [
      'a header that no node can compile',
      { headers: { 'x-a': ['~*('] } },
      { headers: ['not a valid regex: ('] },
    ],
    [
      'one of several values of a header',
      { headers: { 'x-a': ['b', '~*(', '~*(a+)+$', 'c'] } },
      { headers: [null, 'not a valid regex: (', SLOW] },
    ],
    [
      'what is too large for nodes',
      { paths: ['~/((a{1,200}){200}.*)*$', '~/(.*){5000}'] },
      { paths: [UNFIT('the regular expression is too large'), UNFIT('the regular expression is too large')] },
    ],
    [
      'what nodes of one flavour cannot read',
      { paths: ['~/(?<ü>a)'] },
      { paths: [UNFIT('Invalid capture group name')] },
    ],
  ])('is refused for %s', (_, input, errors) => {
    expect(validate(route, input, context)).toEqual({ errors })
  })

  it.each<[string, JsonObject]>([
    ['a path that is no pattern', { paths: ['/(a+)+$'] }],
    ['a header that is none', { headers: { 'x-a': ['(a+)+$'] } }],
    ['patterns that are harmless', { paths: ['~/a/(\\d+)(,\\d+)*$'], headers: { 'x-a': ['~*^v[12]$'] } }],
  ])('is taken with %s', (_, input) => {
    expect(validate(route, input, context)).toHaveProperty('entity')
  })

  it('may have any text among several values of a header, where none of them is a pattern', () => {
    const input = { headers: { 'x-a': ['~*(', 'b'] } }
    expect(validate(traditionalRoute, input, context)).toHaveProperty('entity')
    expect(validate(traditionalRoute, { headers: { 'x-a': ['~*('] } }, context)).toHaveProperty('errors')
  })

  it.each<[string, (patterns: readonly string[]) => JsonObject]>([
    ['paths', (patterns) => ({ paths: patterns.map((each) => `~/${each}`) })],
    [
      'headers',
      (patterns) => ({ headers: Object.fromEntries(patterns.map((each, i) => [`x-${i}`, [`~*${each}`]])) }),
    ],
  ])('is refused for more patterns than are judged in a moment: %s', (_, inputOf) => {
    const pattern = (i: number) => `a${i}(b+c)*${'d'.repeat(90)}`
    const input = (count: number) => inputOf(Array.from({ length: count }, (_each, i) => pattern(i)))
    expect(validate(route, input(150), context)).toHaveProperty('entity')
    expect(JSON.stringify(validate(route, input(250), context))).toContain(TOO_MANY)
  })

  it('is told other faults first', () => {
    expect(validate(route, { paths: ['~/(a+)+$'], methods: ['get'] }, context)).toEqual({
      errors: { methods: ['invalid value: get'] },
    })
  })
})

it('is no reason to refuse a change of something else', () => {
  const slow = { paths: ['~/(a+)+$'] }
  const stored = validate(route, slow, { ...context, received: true })
  if (!('entity' in stored)) throw new Error('not stored')
  const current = stored.entity
  expect(validate(route, { ...current, name: 'a' }, { ...context, current })).toHaveProperty('entity')
  const changed = { ...current, paths: [...slow.paths, '/b'] }
  expect(validate(route, changed, { ...context, current })).toEqual({ errors: { paths: [SLOW] } })
})

it('is no reason for a node to refuse what is there already', () => {
  const input = { paths: ['~/(a+)+$'], headers: { 'x-a': ['~*('] } }
  expect(validate(route, input, { ...context, received: true })).toHaveProperty('entity')
})

it('is not shown to clients', () => {
  expect(JSON.stringify(kongSchema(route))).not.toContain('harm')
})
