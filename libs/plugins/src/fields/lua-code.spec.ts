import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe.each(['file-log', 'http-log', 'loggly', 'syslog', 'tcp-log', 'udp-log'])(
  'the fields that %s logs',
  (name) => {
    it('are any text that is not empty', () => {
      const custom_fields_by_lua = { route: 'return nil', 'a.b': 'not Lua (' }
      expect(configOf(anInputWith(name, { custom_fields_by_lua }))).toMatchObject({ custom_fields_by_lua })
    })

    it.each([
      ['an empty name', { '': 'return 1' }],
      ['no code', { a: '' }],
    ])('are refused for %s', (_, custom_fields_by_lua) => {
      expect(refusalOf(anInputWith(name, { custom_fields_by_lua }))).toEqual({
        config: { custom_fields_by_lua: 'length must be at least 1' },
      })
    })
  },
)
