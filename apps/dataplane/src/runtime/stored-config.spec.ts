import type { PinnedView } from '@biplane/config-store'
import { encodeEntity } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { StoredConfig } from './stored-config.ts'

function aView() {
  const state = { released: 0, reads: 0, lookups: 0 }
  const view: PinnedView = {
    position: { epoch: 'e', revision: 7, hash: '0'.repeat(32) },
    get(_kind, id) {
      state.reads += 1
      return id === '1' ? encodeEntity({ id: '1', username: 'bob' }) : undefined
    },
    lookup(_kind, field, value) {
      state.lookups += 1
      return field === 'username' && value === 'bob' ? '1' : undefined
    },
    list: (_kind, _field, value) => (value === 'of bob' ? ['1', '2'] : []),
    entities: () => [],
    release: () => {
      state.released += 1
    },
  }
  return { view, state }
}

describe('StoredConfig', () => {
  it('releases its view when it is replaced and the last request has read what it needs', () => {
    const { view, state } = aView()
    const stored = new StoredConfig(view)
    stored.hold()
    stored.hold()
    stored.release()
    stored.retire()
    expect(state.released).toBe(0)
    stored.release()
    expect(state.released).toBe(1)
  })

  it('releases an unused view at once', () => {
    const { view, state } = aView()
    new StoredConfig(view).retire()
    expect(state.released).toBe(1)
  })

  it('keeps its view between requests while it is current', () => {
    const { view, state } = aView()
    const stored = new StoredConfig(view)
    stored.hold()
    stored.release()
    expect(state.released).toBe(0)
  })

  it('finds by unique field, and looks up once what is there', () => {
    const { view, state } = aView()
    const stored = new StoredConfig(view)
    expect(stored.find('consumers', 'username', 'bob')).toEqual({ id: '1', username: 'bob' })
    expect(stored.get('consumers', '1')).toBe(stored.find('consumers', 'username', 'bob'))
    expect(stored.find('consumers', 'custom_id', 'bob')).toBeUndefined()
    expect(stored.find('consumers', 'username', 'eve')).toBeUndefined()
    expect(stored.find('consumers', 'username', 'eve')).toBeUndefined()
    expect(state).toMatchObject({ reads: 1, lookups: 4 })
  })

  it('lists by a field that many share, and reads a list once', () => {
    const { view, state } = aView()
    const stored = new StoredConfig(view)
    // The second is named in the list and not there.
    expect(stored.list('acls', 'consumer.id', 'of bob')).toEqual([{ id: '1', username: 'bob' }])
    expect(stored.list('acls', 'consumer.id', 'of bob')).toHaveLength(1)
    expect(stored.list('acls', 'consumer.id', 'of eve')).toEqual([])
    expect(state.reads).toBe(2)
  })
})
