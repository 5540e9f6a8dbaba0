import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of bot-detection', () => {
  it.each([
    ['a broken regex', { allow: ['('] }, { config: { allow: ['not a valid regex: ('] } }],
    ['one of several', { deny: ['bot', '[a'] }, { config: { deny: [null, 'not a valid regex: [a'] } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('bot-detection', config))).toEqual(errors)
  })

  it.each([
    ['its defaults', {}, { allow: [], deny: [] }],
    [
      "regexes in Kong's dialect",
      { deny: ['(?i)^bot\\/\\d++', '(?P<name>spider)'] },
      { deny: ['(?i)^bot\\/\\d++', '(?P<name>spider)'] },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('bot-detection', config))).toMatchObject(expected)
  })
})
