import { describe, expect, it } from 'vitest'
import { asTable, clipped } from './table.ts'

describe('asTable', () => {
  it('gives each column the width of its widest cell, and no blanks at the end of a line', () => {
    expect(
      asTable([
        ['NAME', 'STATE', ''],
        ['a', 'executed', 'x'],
        ['longer', '', ''],
      ]),
    ).toEqual(['NAME    STATE', 'a       executed  x', 'longer'])
  })

  it('gives colours no room', () => {
    const [head, row] = asTable([
      ['STATE', 'X'],
      ['\x1b[32mok\x1b[39m', 'y'],
    ])
    expect([head, row]).toEqual(['STATE  X', '\x1b[32mok\x1b[39m     y'])
  })

  it('is nothing without rows', () => {
    expect(asTable([])).toEqual([])
  })
})

it.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['abcd', 1, '…'],
  ['abcd', Number.POSITIVE_INFINITY, 'abcd'],
])('clips %s to %d columns as %s', (text, width, shown) => {
  expect(clipped(text, width)).toBe(shown)
})
