import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { compileDowngrade } from './downgrade.ts'
import { anUpsert } from './fixtures.ts'
import { refusalReason } from './refusal.ts'
import type { Rule } from './rule.ts'

describe('a rule for older nodes', () => {
  const since = '3.3.0'
  const field = { since, on: 'things', added: 'field', field: 'new' } as const
  const value = { since, on: 'things', added: 'value', field: 'mode', value: 'swift' } as const
  const back = { since, on: 'things', replaced: 'old', by: 'new.n', otherwise: 9 } as const
  const together = {
    since,
    on: 'things',
    added: 'fields',
    fields: ['a', 'b'],
    when: { field: 'sort', value: 'x' },
  } as const

  it.each<[string, Rule, JsonObject, JsonObject | 'drop' | 'refuse']>([
    ['strips a value', { ...field, older: 'strip' }, { new: 1, old: 2 }, { old: 2 }],
    ['strips a null', { ...field, older: 'strip' }, { new: null }, {}],
    ['strips a false', { ...field, older: 'strip' }, { new: false }, {}],
    ['strips inside objects and keeps the parent', nested('strip'), { deep: { new: 1 } }, { deep: {} }],
    ['leaves alone what is no object on the way', nested('strip'), { deep: [1] }, { deep: [1] }],
    ['drops what says something', { ...field, older: 'drop' }, { new: 1 }, 'drop'],
    ['refuses what says something', { ...field, older: 'refuse' }, { new: 1 }, 'refuse'],
    ['strips a null where it would drop', { ...field, older: 'drop' }, { new: null }, {}],
    ['strips a null where it would refuse', { ...field, older: 'refuse' }, { new: null, old: 1 }, { old: 1 }],
    ['replaces a value', { ...value, older: { use: 'slow' } }, { mode: 'swift' }, { mode: 'slow' }],
    ['keeps another value', { ...value, older: { use: 'slow' } }, { mode: 'odd' }, { mode: 'odd' }],
    ['drops a value', { ...value, older: 'drop' }, { mode: 'swift' }, 'drop'],
    ['refuses a value', { ...value, older: 'refuse' }, { mode: 'swift' }, 'refuse'],
    [
      'gives a field its old name',
      { since, on: 'things', renamed: 'new', from: 'old' },
      { new: 1 },
      { old: 1 },
    ],
    ['gives back a number', back, { new: { n: 2 } }, { new: { n: 2 }, old: 2 }],
    [
      'gives back its default for no number',
      back,
      { new: { n: '2' }, old: null },
      { new: { n: '2' }, old: 9 },
    ],
    ['keeps a number that is there', back, { new: { n: 2 }, old: 1 }, { new: { n: 2 }, old: 1 }],
    ['gives nothing to what is no object', { ...back, replaced: 'deep.old' }, { deep: 1 }, { deep: 1 }],
    ['strips a group of one sort', together, { sort: 'x', a: 1, b: null }, { sort: 'x' }],
    ['strips a group for a null', together, { sort: 'x', a: null, b: false }, { sort: 'x' }],
    ['keeps a group of which nothing is set', together, { sort: 'x', a: false }, { sort: 'x', a: false }],
    ['keeps a group of another sort', together, { sort: 'y', a: 1 }, { sort: 'y', a: 1 }],
    ['drops a kind', { since, on: 'things', added: 'kind', older: 'drop' }, {}, 'drop'],
    ['refuses a kind', { since, on: 'things', added: 'kind', older: 'refuse' }, {}, 'refuse'],
  ])('%s', (_title, rule, given, expected) => {
    expect(outcome(rule, given)).toEqual(expected)
  })

  function nested(older: 'strip'): Rule {
    return { ...field, field: 'deep.new', older }
  }
})

describe('a rule on plugins', () => {
  const rule: Rule = { since: '3.3.0', on: 'plugins/my_own', added: 'field', field: 'new', older: 'strip' }
  const downgrade = compileDowngrade([rule], '3.3.0', { refuseInsecure: false })

  it('speaks of the config of plugins of its name, dashes read as underscores', () => {
    const change = anUpsert('plugins', { name: 'my-own', new: 1, config: { new: 1, old: 1 } })
    expect(downgrade.apply(change)).toMatchObject({
      change: { entity: { name: 'my-own', new: 1, config: { old: 1 } } },
    })
  })

  it('leaves other plugins and other kinds of that name alone', () => {
    for (const change of [
      anUpsert('plugins', { name: 'other', config: { new: 1 } }),
      anUpsert('things', { name: 'my-own', config: { new: 1 } }),
    ]) {
      expect(downgrade.apply(change)).toMatchObject({ change, reductions: [] })
    }
  })
})

describe('reductions', () => {
  const strip: Rule = { since: '3.3.0', on: 'things', added: 'field', field: 'new', older: 'strip' }
  const secure: Rule = { ...strip, severity: 'security' }
  const apply = (rule: Rule, entity: JsonObject, refuseInsecure = false) =>
    compileDowngrade([rule], '3.3.0', { refuseInsecure }).apply(anUpsert('things', entity))

  it('tell the rules that took something away', () => {
    expect(apply(strip, { new: 0 })).toMatchObject({ kind: 'sent', reductions: [strip] })
  })

  it('do not tell that a null went', () => {
    expect(apply(strip, { new: null })).toMatchObject({ kind: 'sent', reductions: [] })
  })

  it('become a refusal where they weaken security and that is refused', () => {
    expect(apply(secure, { new: true })).toMatchObject({ kind: 'sent', reductions: [secure] })
    expect(apply(secure, { new: true }, true)).toEqual({ kind: 'refused', rule: secure })
    expect(apply(secure, { new: null }, true)).toMatchObject({ kind: 'sent' })
    expect(apply(strip, { new: true }, true)).toMatchObject({ kind: 'sent' })
  })
})

describe('refusalReason', () => {
  it('counts against the plugin version for a plugin, and names the field', () => {
    const rule: Rule = {
      since: '3.4.0',
      on: 'plugins',
      added: 'field',
      field: 'consumer_group',
      older: 'refuse',
    }
    expect(refusalReason(rule, 'plugins', 'p1')).toEqual({
      kind: 'plugin_version_incompatible',
      subject: 'consumer_group',
      message: 'plugins p1: consumer_group needs data planes of version 3.4.0 or newer',
    })
  })

  it('counts against the release for anything else', () => {
    const rule: Rule = { since: '3.4.0', on: 'things', added: 'kind', older: 'refuse' }
    expect(refusalReason(rule, 'things', 't1')).toMatchObject({
      kind: 'kong_version_incompatible',
      subject: 'things',
    })
  })
})

function outcome(rule: Rule, entity: JsonObject): JsonObject | 'drop' | 'refuse' | 'omit' {
  const change = anUpsert('things', entity)
  const downgraded = compileDowngrade([rule], rule.since, { refuseInsecure: false }).apply(change)
  if (downgraded.kind === 'refused') return 'refuse'
  if (downgraded.kind === 'omitted') return 'omit'
  if (downgraded.change.op === 'delete') return 'drop'
  const { id: _id, ...rest } = downgraded.change.entity
  return rest
}
