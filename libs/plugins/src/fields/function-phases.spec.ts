import { describe, expect, it } from 'vitest'
import { anInput, configOf, refusalOf } from '../fixtures.ts'

describe.each(['pre-function', 'post-function'])('a config of %s', (name) => {
  it.each([
    [
      'no function',
      {},
      {
        '@entity': [
          "at least one of these fields must be non-empty: 'config.certificate', 'config.rewrite', 'config.access', 'config.header_filter', 'config.body_filter', 'config.log'",
        ],
      },
    ],
    ['an empty function', { log: [''] }, { config: { log: ['length must be at least 1'] } }],
    ['a null for functions', { log: null, access: ['x'] }, { config: { log: 'required field missing' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInput(name, config))).toEqual(errors)
  })

  it('may have functions in any phase, of any text', () => {
    expect(configOf(anInput(name, { rewrite: ['kong.log("x")', 'not Lua ('] }))).toEqual({
      certificate: [],
      rewrite: ['kong.log("x")', 'not Lua ('],
      access: [],
      header_filter: [],
      body_filter: [],
      log: [],
    })
  })
})
