import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { keyringKeys } from './keyring-keys.ts'

const reading = { ...surroundings(), prefix: '/', given: true }
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]

describe('keyringKeys', () => {
  it.each([
    ['nothing', '', []],
    ['one', `k1:${a}`, [{ id: 'k1', hex: a }]],
    ['one in capitals', `k1:${a.toUpperCase()}`, [{ id: 'k1', hex: a }]],
    [
      'several in their order, by comma',
      `2027.b:${b}, 2026_a:${a}`,
      [
        { id: '2027.b', hex: b },
        { id: '2026_a', hex: a },
      ],
    ],
    [
      'lines with remarks',
      `# since May\nk2:${b}\r\n\n  # before\nk1:${a}\n`,
      [
        { id: 'k2', hex: b },
        { id: 'k1', hex: a },
      ],
    ],
  ])('takes %s', (_what, text, value) => {
    expect(keyringKeys.parse(text, reading)).toEqual({ value })
  })

  it.each([
    ['only remarks', '# k1', 'at least one'],
    ['a password', 'k1:hunter2', 'item 1'],
    ['a short key', `k1:${a}, k2:${b.slice(1)}`, 'item 2'],
    ['no id', a, 'item 1'],
    ['an id with a colon', `k:1:${a}`, 'item 1'],
    ['one id twice', `k1:${a},k1:${b}`, 'of its own'],
    ['one key twice', `k1:${a},k2:${a.toUpperCase()}`, 'once'],
  ])('refuses %s, and does not repeat it', (_what, text, part) => {
    const parsed = keyringKeys.parse(text, reading)
    const wrong = 'wrong' in parsed ? parsed.wrong : ''
    expect(wrong).toContain(part)
    expect(wrong).not.toMatch(/hunter2|aaaa/)
  })
})
