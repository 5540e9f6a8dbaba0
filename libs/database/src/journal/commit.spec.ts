import { entityKinds, entityRegistry } from '@biplane/entities'
import { advance, type Digest, type EncodedChange } from '@biplane/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Keyring } from '../keyring/keyring.ts'
import { Tables } from '../tables.ts'
import { journalEntries } from './commit.ts'

const tables = new Tables(entityRegistry(entityKinds), new Keyring([]))
const bytes = new TextEncoder().encode('{}')
const aChange = (id: string): EncodedChange => ({ kind: 'services', id, bytes })
const aWrite = (step: Digest) => ({
  changes: [aChange(String(step))],
  exported: [aChange(String(step))],
  step,
  author: null,
  audit: null,
})

const steps = fc.array(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), { minLength: 1, maxLength: 8 })

it('takes the head that all of them make back to where each of them leads', () => {
  fc.assert(
    fc.property(steps, fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (all, before) => {
      const entries = journalEntries(tables, all.map(aWrite))
      const end = all.reduce((hash, step) => advance(hash, step, 0n), before)
      let [hash, revision] = [before, 10]
      for (const { step, back, behind } of entries) {
        hash = advance(hash, step, 0n)
        revision += 1
        expect(back).toBeGreaterThanOrEqual(0n)
        expect(advance(end, back, 0n)).toBe(hash)
        expect(10 + all.length - behind).toBe(revision)
      }
    }),
  )
})

it('tells of what followers get only where that is not all', () => {
  const hidden = { changes: [aChange('a')], exported: [], step: 0n, author: 'me', audit: null }
  expect(journalEntries(tables, [hidden, aWrite(5n)])).toEqual([
    {
      changes: '[{"kind":"services","id":"a","entity":{}}]',
      exported: '[]',
      ...{ bytes: 0, author: 'me', audit: null, behind: 1, back: (1n << 128n) - 5n, step: 0n },
    },
    {
      changes: '[{"kind":"services","id":"5","entity":{}}]',
      exported: null,
      ...{ bytes: 2, author: null, audit: null, behind: 0, back: 0n, step: 5n },
    },
  ])
})
