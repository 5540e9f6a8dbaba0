import type { Entity } from '@biplane/entities'
import { type Change, encodeChange } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { NewMarks, storedMarks } from './new-marks.ts'

const author = new ConfigAuthor()
const upstream = author.put('upstreams', { name: 'pool.internal' })
const target = author.put('targets', { upstream: { id: upstream.id }, target: '10.0.0.1:80' })
const mark = author.put('target_health', { target: { id: target.id }, health: 'unhealthy' })
const again = { ...mark, updated_at: Number(mark.updated_at) + 1 }

const put = (kind: string, entity: Entity): Change => ({ op: 'upsert', kind, id: entity.id, entity })
const bytesOf = (entity: Entity) => encodeChange(put('target_health', entity)).bytes ?? undefined

/** What an update of these changes says that is new to a node with these marks. */
function said(changes: readonly Change[], had: readonly Entity[] = []): NewMarks {
  const known = new Map(had.map((entity) => [entity.id, bytesOf(entity)]))
  const marks = new NewMarks((id) => known.get(id))
  for (const change of changes) marks.take(change, encodeChange(change))
  return marks
}

describe('what an update says of the health of targets', () => {
  it.each<[string, readonly Entity[], readonly Entity[]]>([
    ['is new where the node did not have it', [], [mark]],
    ['is new where it was said again since', [mark], [again]],
    ['is not, where the node had it', [mark], []],
  ])('%s', (_, had, expected) => {
    expect(said([put('target_health', expected[0] ?? mark)], had).all).toEqual(expected)
  })

  it('is nothing where it is taken back, or where it says other things', () => {
    const gone: Change = { op: 'delete', kind: 'target_health', id: mark.id }
    expect(said([gone, put('targets', target)], [mark]).all).toEqual([])
  })

  it.each([
    ['upstreams', upstream, true],
    ['targets', target, true],
    ['target_health', mark, true],
    ['consumers', author.put('consumers', { username: 'ann' }), false],
  ])('may change with %s', (kind, entity, expected) => {
    expect(said([put(kind, entity)]).concernsHealth).toBe(expected)
    expect(said([{ op: 'delete', kind, id: entity.id }]).concernsHealth).toBe(expected)
  })
})

it('what was stored is read back', () => {
  const entities = (kind: string) =>
    kind === 'target_health' ? [{ bytes: bytesOf(mark) ?? new Uint8Array() }] : []
  expect(storedMarks({ entities })).toEqual([mark])
})
