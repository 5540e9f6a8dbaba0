import type { Json } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { Announcement } from './announcement.ts'

class MemoryMeta {
  readonly values = new Map<string, Json>()
  full = false

  getMeta(name: string): Json | undefined {
    return this.values.get(name)
  }

  setMeta(name: string, value: Json): void {
    if (!this.full) this.values.set(name, structuredClone(value))
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
    new Announcement(meta, 'h').set(welcome)
    expect(new Announcement(meta, 'h').welcome).toEqual(welcome)
    expect(new Announcement(meta, 'h').plugins).toEqual(welcome.plugins)
  })

  it('is kept the next time a source is followed, if the disk was full the first time', () => {
    const meta = new MemoryMeta()
    const announcement = new Announcement(meta, 'h')
    meta.full = true
    announcement.set(welcome)
    expect(announcement.plugins).toEqual(welcome.plugins)
    meta.full = false
    announcement.set(welcome)
    expect(new Announcement(meta, 'h').plugins).toEqual(welcome.plugins)
  })

  it.each<[string, Json]>([
    ['a text', 'x'],
    ['null', null],
    ['another object', { sourceId: 1 }],
    ['a list of plugins that is none', { sourceId: 's', version: '1', plugins: 'x' }],
  ])('is nothing where %s was kept', (_, kept) => {
    const meta = new MemoryMeta()
    meta.values.set('welcome', kept)
    expect(new Announcement(meta, 'h').plugins).toEqual([])
  })
})

describe('what is passed on', () => {
  const from = (...path: string[]) => ({ ...welcome, path })

  it('names the hubs that it comes through, and nobody but this one while it follows none', () => {
    const announcement = new Announcement(new MemoryMeta(), 'h')
    announcement.set(from('a', 'b'))
    expect(announcement.passedOn(true)).toEqual({ ...welcome, sourceId: 'h', path: ['h', 'a', 'b'] })
    expect(announcement.passedOn(false)).toEqual({ ...welcome, sourceId: 'h', path: ['h'] })
  })

  it.each<[string, (announcement: Announcement) => void, ReturnType<typeof from>, boolean]>([
    ['it comes another way', (said) => void said.passedOn(true), from('b'), true],
    ['they were told while no source was followed', (said) => void said.passedOn(false), from('a'), true],
    ['other plugins come', (said) => void said.passedOn(true), { ...from('a'), plugins: [] }, true],
    ['it comes as before', (said) => void said.passedOn(true), from('a'), false],
    ['nobody was told', () => undefined, from('a'), false],
  ])('changes for hubs, or not: %s', (_, tell, next, changed) => {
    const announcement = new Announcement(new MemoryMeta(), 'h')
    announcement.set(from('a'))
    tell(announcement)
    expect(announcement.set(next).changed).toBe(changed)
  })
})
