import { entityKinds, entityRegistry, isJsonObject, parseJson } from '@biplane/entities'
import { type EncodedChange, encodeEntity } from '@biplane/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Keyring } from '../keyring/keyring.ts'
import { Tables } from '../tables.ts'
import { fromJournal, isSame, toJournalText } from './changes.ts'

const registry = entityRegistry(entityKinds)
const kind = fc.oneof(fc.string(), fc.constantFrom('keyauth_credentials', 'plugins', 'services'))
const change = fc.oneof(
  fc.record<EncodedChange>({ kind, id: fc.string(), bytes: fc.constant(null) }),
  fc
    .tuple(
      kind,
      fc.uuid(),
      fc.dictionary(
        fc.constantFrom('a', 'key', 'config', '"', '\\', 'é', '𝄞'),
        fc.string({ unit: 'binary' }),
      ),
    )
    .map(([kind, id, fields]): EncodedChange => ({ kind, id, bytes: encodeEntity({ ...fields, id }) })),
)

function rowsOf(text: string): object[] {
  const rows = parseJson(text)
  return Array.isArray(rows) ? rows.filter(isJsonObject) : []
}

it.each([
  ['in clear', new Keyring([])],
  ['sealed', new Keyring([{ id: 'k', key: Buffer.alloc(32, 1) }])],
])('gives changes back byte for byte, in their order, if they were written %s', (_, keyring) => {
  const tables = new Tables(registry, keyring)
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const read = fromJournal(keyring, rowsOf(toJournalText(tables, changes)))
      expect(read).toEqual(changes)
      expect(isSame(read, changes)).toBe(true)
    }),
  )
})

it('tells lists of changes apart that differ in an id, in an entity, or in how many they are', () => {
  const a: EncodedChange = { kind: 'services', id: 'a', bytes: encodeEntity({ id: 'a' }) }
  const others = [
    { ...a, id: 'b' },
    { ...a, bytes: null },
    { ...a, bytes: encodeEntity({ id: 'a', x: 1 }) },
  ]
  for (const other of others) expect(isSame([a], [other])).toBe(false)
  expect(isSame([a], [])).toBe(false)
  expect(isSame([a], [a, a])).toBe(false)
})

it.each([[{}], [{ kind: 'a', id: 'b' }], [{ kind: 'a', id: 'b', entity: 1 }]])('refuses %j', (row) => {
  expect(() => fromJournal(new Keyring([]), [row])).toThrow('is no change')
})
