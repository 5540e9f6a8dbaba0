import { expect, it } from 'vitest'
import { Reductions } from './reductions.ts'
import type { Rule } from './rule.ts'

const note: Rule = { since: '3.2.0', on: 'services', added: 'field', field: 'note', older: 'strip' }
const verify: Rule = { ...note, field: 'tls_verify', severity: 'security' }
const gain = (id: string, ...is: readonly Rule[]) => ({ id, was: [], is })

it('are told by rule, those of security first, with the first entities', () => {
  const reductions = new Reductions()
  reductions.apply([gain('1', note), gain('2', note, verify)])
  expect(reductions.all).toEqual([
    {
      on: 'services',
      effect: 'tls_verify removed',
      since: '3.2.0',
      severity: 'security',
      entities: 1,
      ids: ['2'],
    },
    {
      on: 'services',
      effect: 'note removed',
      since: '3.2.0',
      severity: 'notice',
      entities: 2,
      ids: ['1', '2'],
    },
  ])
})

it('go away with the last entity that a rule took from', () => {
  const reductions = new Reductions()
  reductions.apply([gain('1', note), gain('2', note)])
  reductions.apply([{ id: '1', was: [note], is: [] }])
  expect(reductions.all).toMatchObject([{ entities: 1, ids: ['2'] }])
  reductions.apply([{ id: '2', was: [note], is: [] }])
  expect(reductions.all).toEqual([])
})

it('name no more than a few of many entities', () => {
  const reductions = new Reductions()
  reductions.apply(Array.from({ length: 100 }, (_, i) => gain(`${i}`, note)))
  expect(reductions.all).toMatchObject([{ entities: 100, ids: ['0', '1', '2', '3', '4'] }])
})

it('are the same value until something has changed', () => {
  const reductions = new Reductions()
  reductions.apply([gain('1', note)])
  const { all } = reductions
  reductions.apply([])
  expect(reductions.all).toBe(all)
})
