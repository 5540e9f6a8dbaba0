import type { Answer, Withheld } from '@biplane/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { LineState } from './line-state.ts'

let clock: number
let line: LineState
beforeEach(() => {
  clock = 1000
  line = new LineState(() => clock)
})

const position = { epoch: 'e', revision: 7, hash: 'h' }
const applied: Answer = { kind: 'applied', position, tookMs: 12 }
const errors = [{ kind: 'plugins', id: 'p', field: 'config.x', message: 'is too long' }]
const rejected: Answer = { kind: 'rejected', revision: 8, retryable: false, errors }
const reason = { kind: 'plugin_set_incompatible', message: 'a plugin is missing' } as const
const withheld: Withheld = { kind: 'withheld', to: position, reason }

const come = (answer: Answer) => line.remembered(async () => answer)({})
const link = (address: string) => {
  line.welcomed({ sourceId: `id of ${address}`, version: '3.4.0', plugins: [] }, address)
  line.linked({ address })
}

describe('the state of the line', () => {
  it('begins with nothing, since the start', () => {
    expect(line.report).toEqual({
      ...{ hub: null, since: 1000, troubles: [] },
      ...{ applied: null, rejected: null, withheld: null },
    })
  })

  it('names the hub while there is a link, and since when', () => {
    clock = 2000
    link('a:1')
    expect(line.report).toMatchObject({
      hub: { id: 'id of a:1', version: '3.4.0', address: 'a:1' },
      since: 2000,
    })
    clock = 3000
    line.linked(null)
    expect(line.report).toMatchObject({ hub: null, since: 3000 })
    clock = 4000
    link('b:1')
    expect(line.report).toMatchObject({ hub: { address: 'b:1' }, since: 4000 })
  })

  it('tells of each hub why there is no link to it, as long as there is none', () => {
    line.troubled('a:1', 'refused')
    line.troubled('b:1', 'silent')
    clock = 2000
    line.troubled('a:1', 'silent')
    expect(line.report.troubles).toEqual([
      { address: 'b:1', reason: 'silent', at: 1000 },
      { address: 'a:1', reason: 'silent', at: 2000 },
    ])
    link('b:1')
    line.troubled('a:1', 'gone')
    expect(line.report.troubles).toEqual([])
  })

  it('tells the last apply, and what was rejected until something is applied', async () => {
    await come(applied)
    clock = 2000
    expect(await come(rejected)).toBe(rejected)
    expect(line.report).toMatchObject({
      applied: { at: 1000, tookMs: 12 },
      rejected: { at: 2000, revision: 8, retryable: false, errors },
    })
    clock = 3000
    await come(applied)
    expect(line.report).toMatchObject({ applied: { at: 3000 }, rejected: null })
  })

  it.each([
    ['something is applied', () => come(applied)],
    ['something is rejected', () => come(rejected)],
    ['another link may tell otherwise', async () => link('b:1')],
  ])('tells what is withheld until %s', async (_, happens) => {
    line.withheld(withheld)
    line.linked(null)
    expect(line.report).toMatchObject({ withheld: { at: 1000, reason } })
    await happens()
    expect(line.report).toMatchObject({ withheld: null })
  })
})
