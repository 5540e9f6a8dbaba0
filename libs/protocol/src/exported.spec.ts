import { randomUUID } from 'node:crypto'
import { type Entity, entityKinds, entityRegistry, type Kind } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EncodedChange } from './change.ts'
import { changesBetween, type Exported, exported } from './exported.ts'
import { digest, NO_CONFIG_HASH, toHex } from './hash.ts'

const registry = entityRegistry(entityKinds)

function aConfig(entities: readonly (readonly [Kind, Entity])[]) {
  const kinds = Map.groupBy(entities, ([kind]) => kind)
  return new Map(
    [...kinds].map(([kind, rows]) => [kind, new Map(rows.map(([, entity]) => [entity.id, entity]))]),
  )
}

const [A, B, C, D] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
const service = (id: string, enabled = true): readonly [Kind, Entity] => ['services', { id, enabled }]
const route = (id: string, of: string): readonly [Kind, Entity] => ['routes', { id, service: { id: of } }]
const plugin = (id: string, of: string): readonly [Kind, Entity] => [
  'plugins',
  { id, enabled: true, route: { id: of } },
]

describe('what followers get of a config', () => {
  it('is everything, what is referred to first', () => {
    const { changes } = exported(aConfig([plugin(C, B), route(B, A), service(A)]), registry)
    expect(changes.map(({ id }) => id)).toEqual([A, B, C])
  })

  it('lacks a service that is off, and all that hangs on it', () => {
    const { changes } = exported(
      aConfig([service(A, false), route(B, A), plugin(C, B), service(D)]),
      registry,
    )
    expect(changes.map(({ id }) => id)).toEqual([D])
  })

  it('is nothing of nothing', () => {
    expect(exported(new Map(), registry)).toEqual({ changes: [], hash: NO_CONFIG_HASH })
  })
})

describe('the changes between two configs', () => {
  const configs = fc
    .uniqueArray(fc.record({ id: fc.constantFrom(A, B, C, D), name: fc.constantFrom('x', 'y') }), {
      selector: ({ id }) => id,
    })
    .map((rows) => exported(aConfig(rows.map((row) => ['consumers', row] as const)), registry))

  it('make the one of the other, and change no entity that is the same in both', () => {
    fc.assert(
      fc.property(configs, configs, (before, after) => {
        const changes = changesBetween(before, after)
        const stored = new Map(before.changes.map((change) => [change.id, change]))
        for (const change of changes) {
          if (change.bytes === null) stored.delete(change.id)
          else stored.set(change.id, change)
        }
        expect(hashOf([...stored.values()])).toBe(after.hash)
        expect(changes.filter((change) => isIn(before, change))).toEqual([])
      }),
    )
  })
})

function isIn({ changes }: Exported, { id, bytes }: EncodedChange): boolean {
  const text = (given: Uint8Array | null) => given && Buffer.from(given).toString()
  return changes.some((each) => each.id === id && text(each.bytes) === text(bytes))
}

function hashOf(changes: readonly EncodedChange[]): string {
  const sum = changes.reduce(
    (total, { kind, id, bytes }) => total + digest(kind, id, bytes ?? Buffer.of()),
    0n,
  )
  return toHex(sum % (1n << 128n))
}
