import type { Json } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { Announcement } from './announcement.ts'

class MemoryMeta {
  readonly values = new Map<string, Json>()
  writes = 0

  getMeta(name: string): Json | undefined {
    return this.values.get(name)
  }

  setMeta(name: string, value: Json): void {
    this.writes += 1
    this.values.set(name, structuredClone(value))
  }
}

const welcome = {
  sourceId: 's',
  version: '3.4.0',
  plugins: [{ name: 'key-auth', version: '3.4.0' }, { name: 'own' }],
}

describe('what the source said of itself', () => {
  it('is known after a restart', () => {
    const meta = new MemoryMeta()
    new Announcement(meta).set(welcome)
    expect(new Announcement(meta).welcome).toEqual(welcome)
    expect(new Announcement(meta).plugins).toEqual(welcome.plugins)
  })

  it('is written only when it is news', () => {
    const meta = new MemoryMeta()
    const announcement = new Announcement(meta)
    announcement.set(welcome)
    announcement.set({ ...welcome })
    expect(meta.writes).toBe(1)
    announcement.set({ ...welcome, plugins: [] })
    expect(meta.writes).toBe(2)
  })

  it.each<[string, Json]>([
    ['a text', 'x'],
    ['null', null],
    ['another object', { sourceId: 1 }],
    ['a list of plugins that is none', { sourceId: 's', version: '1', plugins: 'x' }],
  ])('is nothing where %s was kept', (_, kept) => {
    const meta = new MemoryMeta()
    meta.values.set('welcome', kept)
    expect(new Announcement(meta).plugins).toEqual([])
  })
})
