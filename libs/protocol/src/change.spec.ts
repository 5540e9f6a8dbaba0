import type { Json } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, decodeChange, decodeEntity, encodeChange, encodeEntity, net } from './change.ts'
import { aDelete, anUpsert, Config, someChanges } from './fixtures.ts'

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json) // parsed JSON is Json by construction
const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .record({
      kind: fc.string({ minLength: 1 }),
      id: fc.string({ minLength: 1 }),
      fields: fc.dictionary(fc.string(), json),
    })
    .map(({ kind, id, fields }): Change => ({ op: 'upsert', kind, id, entity: { ...fields, id } })),
  fc.record({
    op: fc.constant('delete' as const),
    kind: fc.string({ minLength: 1 }),
    id: fc.string({ minLength: 1 }),
  }),
)

describe('encodeChange', () => {
  it('is undone by decodeChange', () => {
    fc.assert(
      fc.property(change, (original) => {
        expect(encodeChange(decodeChange(encodeChange(original)))).toEqual(encodeChange(original))
        expect(JSON.stringify(decodeChange(encodeChange(original)))).toHaveLength(
          JSON.stringify(original).length,
        )
      }),
    )
  })

  it('gives one text whatever the order of the fields', () => {
    expect(encodeEntity({ id: 'a', b: { y: 1, x: 2 } })).toEqual(encodeEntity({ b: { x: 2, y: 1 }, id: 'a' }))
  })
})

describe('decodeEntity', () => {
  it.each([
    ['text that is not JSON', '{', SyntaxError],
    ['an array', '[]', TypeError],
    ['null', 'null', TypeError],
    ['an object without id', '{"name":"x"}', TypeError],
    ['an id that is no string', '{"id":7}', TypeError],
  ])('refuses %s', (_what, text, error) => {
    expect(() => decodeEntity(Buffer.from(text))).toThrow(error)
  })

  it('refuses bytes that are not UTF-8', () => {
    expect(() => decodeEntity(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(TypeError)
  })
})

describe('net', () => {
  it('keeps the last change of each kind and id, in the order of those', () => {
    const a1 = anUpsert('a', { n: 1 })
    const b = anUpsert('b')
    const a2 = anUpsert('a', { n: 2 })
    expect(net([a1, b, a2])).toEqual([b, a2])
  })

  it('tells the same id of two kinds apart', () => {
    const changes = [anUpsert('a', {}, 'routes'), aDelete('a', 'services')]
    expect(net(changes)).toEqual(changes)
  })

  it('leads to the same config as all the changes', () => {
    fc.assert(
      fc.property(someChanges, (changes) => {
        const all = new Config()
        all.apply(changes)
        const last = new Config()
        last.apply(net(changes))
        expect(last.hash).toBe(all.hash)
        expect(last.entities).toEqual(all.entities)
      }),
    )
  })
})
