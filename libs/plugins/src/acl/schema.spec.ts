import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

const exactlyOne = "exactly one of these fields must be non-empty: 'config.allow', 'config.deny'"
const atLeastOne = "at least one of these fields must be non-empty: 'config.allow', 'config.deny'"

describe('a config of acl', () => {
  it.each([
    ['two lists', { deny: ['foes'] }, { '@entity': [exactlyOne] }],
    ['no list', { allow: null }, { '@entity': [exactlyOne, atLeastOne] }],
    ['an empty list', { allow: [] }, { '@entity': [exactlyOne, atLeastOne] }],
    ['a list that is a text', { allow: 'friends' }, { config: { allow: 'expected an array' } }],
    ['an empty group', { allow: ['a', ''] }, { config: { allow: [null, 'length must be at least 1'] } }],
    [
      'a flag of null',
      { hide_groups_header: null },
      { config: { hide_groups_header: 'required field missing' } },
    ],
    ['a group of no text', { allow: [5] }, { config: { allow: ['expected a string'] } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('acl', config))).toEqual(errors)
  })

  it.each([
    ['those it allows', { allow: ['a', 'b'] }, { allow: ['a', 'b'], deny: null, hide_groups_header: false }],
    ['those it denies', { allow: null, deny: ['c'] }, { allow: null, deny: ['c'] }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('acl', config))).toMatchObject(expected)
  })

  it('is refused for being null, which counts as no list but not as neither', () => {
    expect(refusalOf({ name: 'acl', config: null })).toEqual({
      config: 'required field missing',
      '@entity': [atLeastOne],
    })
  })
})
