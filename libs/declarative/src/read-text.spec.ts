import { describe, expect, it } from 'vitest'
import { readText } from './read-text.ts'

const limits = { length: 100_000, depth: 20, values: 1000 }

describe('a text', () => {
  it.each([
    ['JSON', '{"services": [{"name": "a"}]}', { services: [{ name: 'a' }] }],
    ['JSON after a byte order mark', '\uFEFF{"a": 1}', { a: 1 }],
    ['YAML', 'services:\n- name: a\n', { services: [{ name: 'a' }] }],
    ['YAML in a JSON dress', '{services: [{name: a,},],}', { services: [{ name: 'a' }] }],
    ['a list without members', 'services:\nroutes: []', { services: null, routes: [] }],
    ['quoted numbers', 'a: "1"\nb: 1\nc: 1.5', { a: '1', b: 1, c: 1.5 }],
    [
      'switches, of which y and n are none',
      'a: yes\nb: Off\nc: y\nd: N\ne: "yes"',
      { a: true, b: false, c: 'y', d: 'N', e: 'yes' },
    ],
    ['numbers of YAML 1.1', 'a: 010\nb: 1:30\nc: 0x1f\nd: 1_000', { a: 8, b: 90, c: 31, d: 1000 }],
    [
      'dates, which are text',
      'a: 2024-01-01\nb: 2024-01-01T00:00:00Z',
      { a: '2024-01-01', b: '2024-01-01T00:00:00Z' },
    ],
    [
      'addresses',
      'a: 10.0.0.1\nb: 10.0.0.1:80\nc: 10.0.0.0/8',
      { a: '10.0.0.1', b: '10.0.0.1:80', c: '10.0.0.0/8' },
    ],
    ['switches as names', 'on: 1\n1: 2\n~: 3', { on: 1, '1': 2, '~': 3 }],
    ['text with its own lines', 'a: |\n  x\n  y\n', { a: 'x\ny\n' }],
    ['an explicit tag', 'a: !!str 1\nb: !mine x', { a: '1', b: 'x' }],
    ['anchors', 'a: &x [1, 2]\nb: *x\nc: {d: *x}', { a: [1, 2], b: [1, 2], c: { d: [1, 2] } }],
    ['an anchor that is given twice', 'a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
    ['a merge', 'a: &x {p: 1, q: 1}\nb: {p: 2, <<: *x}', { a: { p: 1, q: 1 }, b: { p: 2, q: 1 } }],
    [
      'merges one by one, of which the first wins',
      'a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc:\n  <<: *x\n  <<: *y',
      { a: { p: 1 }, b: { p: 2, q: 2 }, c: { p: 1, q: 2 } },
    ],
    [
      'merges, of which the first wins',
      'a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}\nd:\n  <<: *x\n  "<<": 3',
      {
        a: { p: 1 },
        b: { p: 2, q: 2 },
        c: { p: 1, q: 2 },
        d: { p: 1, '<<': 3 },
      },
    ],
    ['an end of the document, twice', 'a: 1\n...\n---\n...\n', { a: 1 }],
  ])('may be %s', (_, text, document) => {
    expect(readText(text, limits)).toEqual({ document })
  })

  it.each([
    ['nothing', '', 'expected an object'],
    ['a sentence', 'bobby tables', 'expected an object'],
    ['a list', '[1]', 'expected an object'],
    ['broken YAML', 'a: 1\n b: 2', '1:4: Nested mappings are not allowed in compact mappings'],
    ['broken JSON', '{"a": 1', '1:8: Flow map must end with a }'],
    ['two documents', 'a: 1\n---\nb: 2', 'more than one document'],
    ['a key twice', 'a: 1\nb: 2\na: 3', "3:1: the key 'a' is given twice"],
    ['a key twice in JSON', '{"b": {"a": 1,\n "\\u0061": 2}}', "2:2: the key 'a' is given twice"],
    ['a list as a key', '? [1]\n: 2', '1:3: a key must be a scalar'],
    ['no number', 'a: .inf', '1:4: JSON has no word for this value'],
    ['an alias of nothing', 'a: *x', "1:4: no anchor 'x' before this alias"],
    ['an alias of itself', 'a: &x [*x]', "1:8: no anchor 'x' before this alias"],
    ['a merge of no map', 'a: {<<: 1}', '1:9: only maps can be merged'],
    ['too long a text', `a: ${'x'.repeat(100_000)}`, 'longer than 100000 characters'],
    ['deep YAML', `a: ${'['.repeat(30)}${']'.repeat(30)}`, 'nested too deeply'],
    ['deep JSON', `{"a": ${'['.repeat(30)}${']'.repeat(30)}}`, 'nested too deeply'],
    ['very deep JSON', `{"a": ${'['.repeat(40_000)}${']'.repeat(40_000)}}`, 'nested too deeply'],
    ['very deep YAML', `a:\n ${'- '.repeat(40_000)}`, 'nested too deeply'],
  ])('is refused that says %s', (_, text, problem) => {
    expect(readText(text, limits)).toEqual({ problem })
  })

  it('is refused when its aliases stand for more than it may say', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
    )
    expect(readText(`a0: &a0 x\n${levels.join('\n')}`, limits)).toEqual({ problem: 'more than 1000 values' })
  })

  it('is refused when its merges take more than it may say', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} {<<: [${`*a${level},`.repeat(9)}]}`,
    )
    expect(readText(`a0: &a0 {x: 1}\n${levels.join('\n')}`, limits)).toEqual({
      problem: 'more than 1000 values',
    })
  })

  it('of thousands of aliases is read', () => {
    const many = { length: 100_000, depth: 20, values: 100_000 }
    expect(readText(`a: &x 1\nb: [${'*x,'.repeat(20_000)}]`, many)).toHaveProperty(
      'document.b.length',
      20_000,
    )
  })

  it.each([
    ['YAML', '__proto__: {polluted: true}\na: &x {__proto__: 1}\nb: {<<: *x}'],
    ['JSON', '{"__proto__": {"polluted": true}, "a": {"__proto__": 1}, "b": {"__proto__": 1}}'],
  ])('of %s cannot reach the prototype of objects', (_, text) => {
    const reading = readText(text, limits)
    const document = 'document' in reading ? reading.document : {}
    expect(Object.keys(document)).toEqual(['__proto__', 'a', 'b'])
    expect(Object.keys(document.b ?? {})).toEqual(['__proto__'])
    expect(Object.prototype).not.toHaveProperty('polluted')
  })
})
