import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNK_BYTES, decodeBody, encodeBody } from './body.ts'
import type { EncodedChange } from './change.ts'
import { anUpsert, Config, EPOCH, someChanges } from './fixtures.ts'
import { NO_CONFIG_HASH } from './hash.ts'
import type { Position } from './position.ts'
import type { Body } from './update.ts'
import { ConfigWindow } from './window.ts'

async function changesOf(body: Body): Promise<EncodedChange[]> {
  const changes: EncodedChange[] = []
  const chunks = (async function* () {
    yield* body.chunks()
  })()
  for await (const { kind, id, bytes } of decodeBody(chunks, body)) {
    changes.push({ kind, id, bytes: bytes && Uint8Array.from(bytes) })
  }
  return changes
}

const start: Position = { epoch: EPOCH, revision: 10, hash: NO_CONFIG_HASH }

/** A window over a history, and the config at each of its positions. */
function history(revisions: readonly (readonly EncodedChange[])[], limit = 1_000_000) {
  const window = new ConfigWindow(start, limit)
  const config = new Config()
  const past: { position: Position; config: Config }[] = [{ position: start, config: new Config() }]
  for (const changes of revisions) {
    config.apply(changes)
    window.advance({ revision: window.head.revision + 1, hash: config.hash, changes })
    const copy = new Config()
    copy.apply(config.entities.values())
    past.push({ position: window.head, config: copy })
  }
  return { window, past, config }
}

const three = [[anUpsert('a', { n: 1 })], [anUpsert('b', { n: 2 })], [anUpsert('a', { n: 3 })]]

describe('ConfigWindow', () => {
  it('takes a follower from any position it holds to the head config and its hash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someChanges, { maxLength: 8 }), fc.nat(3000), async (revisions, limit) => {
        const { window, past, config } = history(revisions, limit)
        for (const { position, config: theirs } of past) {
          const update = window.updateFrom(position)
          if (update === null) continue // forgotten
          theirs.apply(await changesOf(update.body))
          expect(update.from).toEqual(position)
          expect(update.to).toEqual(window.head)
          expect(theirs.hash).toBe(config.hash)
          expect(theirs.entities).toEqual(config.entities)
        }
      }),
    )
  })

  it('sends only the last change of each entity', async () => {
    const { window } = history(three)
    const update = window.updateFrom(start)
    expect(update && (await changesOf(update.body)).map(({ id }) => id)).toEqual(['b', 'a'])
  })

  it('moves a follower on over revisions that change nothing', () => {
    const { window, past } = history([[anUpsert('a')], []])
    expect(window.updateFrom(past[1]?.position ?? start)).toMatchObject({ kind: 'delta', body: { size: 0 } })
  })

  it.each<[string, (at: Position) => Position]>([
    ['another hash', (at) => ({ ...at, hash: 'f'.repeat(32) })],
    ['another epoch', (at) => ({ ...at, epoch: 'another' })],
    ['a revision ahead of the head', (at) => ({ ...at, revision: 99 })],
    ['a revision before the window', (at) => ({ ...at, revision: 9 })],
    ['nothing at all', () => ({ epoch: '', revision: 0, hash: NO_CONFIG_HASH })],
  ])('asks for a snapshot for a follower with %s', (_what, change) => {
    const { window, past } = history(three)
    for (const { position } of past) expect(window.updateFrom(change(position))).toBeNull()
  })

  it('forgets the oldest revisions when it grows beyond its limit', () => {
    const { window, past } = history(three, 700)
    expect(past.map(({ position }) => window.updateFrom(position) !== null)).toEqual([
      false,
      true,
      true,
      true,
    ])
  })

  it('is bounded even if no revision changes anything', () => {
    const { window } = history(
      Array.from({ length: 100 }, () => []),
      10_000,
    )
    expect(window.updateFrom(start)).toBeNull()
  })

  it('asks for a snapshot when that is smaller than the delta', () => {
    const large = anUpsert('large', { text: 'x'.repeat(CHUNK_BYTES) })
    const { window } = history([[large]])
    const { size } = encodeBody([large])
    expect(window.updateFrom(start, size)).not.toBeNull()
    expect(window.updateFrom(start, size - 1)).toBeNull()
  })

  it('sends a delta of one chunk however small the snapshot is', () => {
    const { window } = history(three)
    expect(window.updateFrom(start, 1)).not.toBeNull()
  })

  it('encodes a delta once for all followers at one position', () => {
    const { window } = history(three)
    expect(window.updateFrom(start)?.body).toBe(window.updateFrom(start)?.body)
  })

  it('does not hold encoded deltas beyond its limit, however many positions are asked for', () => {
    const text = 'x'.repeat(400)
    const { window, past } = history(
      Array.from({ length: 10 }, (_, n) => [anUpsert(`e${n}`, { text })]),
      10_000,
    )
    const bodies = past.map(({ position }) => window.updateFrom(position)?.body)
    const held = past.filter(({ position }, n) => window.updateFrom(position)?.body === bodies[n])
    expect(held.length).toBeLessThan(past.length)
    expect(window.updateFrom(start)?.body).toBe(window.updateFrom(start)?.body)
  })

  it('encodes it anew once the head has moved', async () => {
    const { window } = history(three)
    window.updateFrom(start)
    window.advance({ revision: 14, hash: NO_CONFIG_HASH, changes: [anUpsert('c')] })
    const update = window.updateFrom(start)
    expect(update && (await changesOf(update.body)).map(({ id }) => id)).toEqual(['b', 'a', 'c'])
  })

  it('refuses a revision that does not follow', () => {
    const { window } = history(three)
    expect(() => window.advance({ revision: 13, hash: NO_CONFIG_HASH, changes: [] })).toThrow(RangeError)
  })
})
