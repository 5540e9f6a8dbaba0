import { describe, expect, it } from 'vitest'
import { aNode } from './fixtures.ts'
import { readNode } from './node.ts'

const violation = { kind: 'plugins', id: 'p1', field: 'config.minute', message: 'expected a number' }

const reduction = { on: 'services', effect: 'tls_verify removed', severity: 'security' }

describe('what is wrong with a node', () => {
  it.each<[string, object, string]>([
    ['nothing', {}, ''],
    ['a rejected revision', { errors: [violation] }, 'plugins p1 config.minute: expected a number'],
    [
      'several faults',
      { errors: [violation, violation, violation] },
      'plugins p1 config.minute: expected a number (and 2 more)',
    ],
    ['an error of no field', { errors: [{ kind: 'routes', id: 'r', message: 'no' }] }, 'routes r: no'],
    [
      'a config that it is not given',
      { withheld: { kind: 'source_empty', message: 'no config yet' } },
      'no config yet',
    ],
    [
      'an entity that is left out for it',
      { quarantined: [{ kind: 'targets', id: 't1', message: 'no' }], errors: [violation] },
      'left out: targets t1: no',
    ],
    ['the id of another node', { duplicate_of: 'x' }, 'came with the id of another node, x'],
    [
      'that it is less secure than others',
      { reductions: [reduction, { ...reduction, severity: 'notice' }, reduction] },
      'less secure than newer nodes: services: tls_verify removed (and 1 more)',
    ],
    ['nothing, where it is only told less', { reductions: [{ ...reduction, severity: 'notice' }] }, ''],
    ['an answer of another form', { errors: ['broken'], withheld: 'so', reductions: [1] }, ''],
  ])('%s is one line', (_what, more, problem) => {
    expect(aNode(more).problem).toBe(problem)
  })
})

it('cannot steer the terminal of whoever reads it', () => {
  const evil = '\x1b]0;owned\x07a\r\nb\u202ec'
  const node = aNode({ hostname: evil, version: evil, state: evil, errors: [{ kind: evil, message: evil }] })
  expect(JSON.stringify([node.hostname, node.version, node.state, node.problem])).not.toMatch(/\\u00|\\r|\\n/)
  expect(node.hostname).toBe(']0;owned a b c')
})

it('may be told by less than a control plane of ours tells', () => {
  expect(readNode({ id: 'x' })).toMatchObject({
    hostname: '',
    state: 'unknown',
    revision: 0,
    offlineSince: null,
  })
})

it.each([[null], ['x'], [{ hostname: 'no id' }]])('is not %j', (row) => {
  expect(() => readNode(row)).toThrow('without an id')
})
