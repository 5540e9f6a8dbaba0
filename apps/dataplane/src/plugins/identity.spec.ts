import type { PinnedView } from '@biplane/config-store'
import type { Entity } from '@biplane/entities'
import { encodeEntity } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { StoredConfig } from '../runtime/stored-config.ts'
import { identityLookups } from './identity.ts'

const consumer = { id: 'c1' }
const STORED: readonly (readonly [kind: string, entity: Entity])[] = [
  ['consumers', { id: 'c1', username: 'ann' }],
  ['keyauth_credentials', { id: 'k1', key: 'secret', consumer }],
  ['keyauth_credentials', { id: 'k2', key: 'old', consumer, expires_at: 999 }],
  ['keyauth_credentials', { id: 'k3', key: 'orphan', consumer: { id: 'gone' } }],
  ['acls', { id: 'a1', group: 'dev', consumer }],
  ['acls', { id: 'a2', group: 'ops', consumer }],
]

/** A store at revision 7, as far as it is asked here. */
const view: PinnedView = {
  position: { epoch: 'e', revision: 7, hash: '0'.repeat(32) },
  get(kind, id) {
    const found = STORED.find(([each, entity]) => each === kind && entity.id === id)
    return found && encodeEntity(found[1])
  },
  lookup: (kind, field, value) =>
    STORED.find(([each, entity]) => each === kind && entity[field] === value)?.[1].id,
  list: (kind, field, value) =>
    STORED.filter(([each]) => each === kind && field === 'consumer.id' && value === 'c1').map(
      ([, { id }]) => id,
    ),
  entities: () => [],
  release: () => undefined,
}

function lookups(stored: StoredConfig | null) {
  const read: number[] = []
  const keys = new Map([['keyauth_credentials', 'key']])
  const found = identityLookups(
    stored,
    keys,
    () => 1_000,
    (revision) => read.push(revision),
  )
  return { ...found, read }
}

describe('the lookups of a request', () => {
  const stored = new StoredConfig(view)

  it('find a credential with its consumer, unless it has expired or its consumer is gone', () => {
    const { credential } = lookups(stored)
    expect(credential('keyauth_credentials', 'secret')).toMatchObject({
      credential: { id: 'k1' },
      consumer: { username: 'ann' },
    })
    for (const key of ['old', 'orphan', 'nothing'])
      expect(credential('keyauth_credentials', key)).toBeUndefined()
    expect(credential('acls', 'dev')).toBeUndefined()
  })

  it('find a consumer by id and by name, and its groups by id', () => {
    const { consumer, groups } = lookups(stored)
    expect([consumer('c1')?.id, consumer('ann')?.id, consumer('eve')]).toEqual(['c1', 'c1', undefined])
    expect([groups('c1'), groups('ann')]).toEqual([['dev', 'ops'], []])
  })

  it('tell of which revision they read', () => {
    const { credential, consumer, groups, read } = lookups(stored)
    credential('keyauth_credentials', 'secret')
    consumer('ann')
    groups('c1')
    expect(read).toEqual([7, 7, 7])
  })

  it('find nothing before the first config', () => {
    const { credential, consumer, groups, read } = lookups(null)
    expect([credential('keyauth_credentials', 'secret'), consumer('ann'), groups('c1'), read]).toEqual([
      undefined,
      undefined,
      [],
      [],
    ])
  })
})
