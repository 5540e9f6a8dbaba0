import { isJsonObject, parseJson } from '@biplane/entities'
import { type EncodedChange, encodeEntity } from '@biplane/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromJournal, toJournalText } from './changes.ts'

const change = fc.oneof(
  fc.record<EncodedChange>({ kind: fc.string(), id: fc.string(), bytes: fc.constant(null) }),
  fc
    .tuple(
      fc.string(),
      fc.uuid(),
      fc.dictionary(fc.constantFrom('a', '"', '\\', 'é', '𝄞'), fc.string({ unit: 'binary' })),
    )
    .map(([kind, id, fields]): EncodedChange => ({ kind, id, bytes: encodeEntity({ ...fields, id }) })),
)

function rowsOf(text: string): object[] {
  const rows = parseJson(text)
  return Array.isArray(rows) ? rows.filter(isJsonObject) : []
}

it('gives changes back byte for byte, in their order', () => {
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      expect(fromJournal(rowsOf(toJournalText(changes)))).toEqual(changes)
    }),
  )
})

it.each([[{}], [{ kind: 'a', id: 'b' }], [{ kind: 'a', id: 'b', entity: 1 }]])('refuses %j', (row) => {
  expect(() => fromJournal([row])).toThrow('is no change')
})
