import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyMismatch, CHUNK_BYTES, compressBody, decodeBody, encodeBody } from './body.ts'
import type { EncodedChange } from './change.ts'
import { anUpsert, pieces, someChanges } from './fixtures.ts'
import { MalformedRecords } from './records.ts'
import type { Body } from './update.ts'

async function read(body: Body, parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array> = body.chunks()) {
  const changes: EncodedChange[] = []
  for await (const { kind, id, bytes } of decodeBody(asynchronous(parts), body)) {
    changes.push({ kind, id, bytes: bytes === null ? null : Uint8Array.from(bytes) })
  }
  return changes
}

async function* asynchronous<T>(parts: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T> {
  yield* parts
}

const chunksOf = async (body: Body) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of body.chunks()) chunks.push(chunk)
  return chunks
}

const random = (id: string, size: number): EncodedChange => ({
  kind: 'k',
  id,
  bytes: Uint8Array.from(randomBytes(size)),
})

describe.each([
  ['encodeBody', (changes: EncodedChange[]) => Promise.resolve(encodeBody(changes))],
  ['compressBody', (changes: EncodedChange[]) => compressBody(changes)],
])('%s', (_name, encode) => {
  it('is undone by decodeBody, wherever the chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(someChanges, fc.array(fc.nat(50)), async (changes, cuts) => {
        const body = await encode(changes)
        const whole = Buffer.concat(await chunksOf(body))
        expect(await read(body, pieces(whole, cuts))).toEqual(changes)
      }),
      { numRuns: 50 },
    )
  })

  it('cuts what is larger into chunks of 256 KiB and tells their size', async () => {
    const body = await encode([random('a', 300_000), random('b', 10), random('c', 700_000)])
    const sizes = (await chunksOf(body)).map((chunk) => chunk.byteLength)
    expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => CHUNK_BYTES))
    expect(sizes.length).toBe(4)
    expect(sizes.reduce((a, b) => a + b)).toBe(body.size)
  })

  it('can be read any number of times', async () => {
    const body = await encode([anUpsert('a'), anUpsert('b')])
    expect(await read(body)).toEqual(await read(body))
  })

  it('is refused when bytes are missing or too many', async () => {
    const body = await encode([anUpsert('a')])
    const whole = Buffer.concat(await chunksOf(body))
    await expect(read(body, [whole.subarray(0, -1)])).rejects.toThrow()
    await expect(read(body, [whole, Uint8Array.of(1)])).rejects.toThrow(BodyMismatch)
    await expect(read({ ...body, size: body.size + 1 })).rejects.toThrow(BodyMismatch)
  })
})

describe('compressBody', () => {
  it('makes a config of like entities much smaller', async () => {
    const changes = Array.from({ length: 2000 }, (_, n) =>
      anUpsert(`service-${n}`, { host: 'example.test', port: 80 }),
    )
    expect((await compressBody(changes)).size * 5).toBeLessThan(encodeBody(changes).size)
  })

  it('takes changes as they come and fails as they fail', async () => {
    await expect(
      compressBody(
        (async function* () {
          yield anUpsert('a')
          throw new Error('the database went away')
        })(),
      ),
    ).rejects.toThrow('the database went away')
  })
})

describe('decodeBody', () => {
  it('passes on why the chunks broke off', async () => {
    const body = await compressBody([anUpsert('a')])
    const broken = (async function* () {
      yield* await chunksOf(body)
      throw new Error('the source died')
    })()
    await expect(read(body, broken)).rejects.toThrow('the source died')
  })

  it('refuses bytes that are not zstd', async () => {
    await expect(read({ encoding: 'zstd', size: 4, chunks: () => [Buffer.from('rubb')] })).rejects.toThrow()
  })

  it('refuses records that are none', async () => {
    const rubbish = { encoding: 'identity', size: 4, chunks: () => [Buffer.from('rubb')] } as const
    await expect(read(rubbish)).rejects.toThrow(MalformedRecords)
  })

  it('refuses a body that ends inside a record', async () => {
    const { chunks } = encodeBody([anUpsert('a')])
    const cut = Buffer.concat(await chunksOf({ encoding: 'identity', size: 0, chunks })).subarray(0, -1)
    await expect(read({ encoding: 'identity', size: cut.length, chunks: () => [cut] })).rejects.toThrow(
      MalformedRecords,
    )
  })

  it('stops reading chunks when the caller stops', async () => {
    const body = encodeBody(Array.from({ length: 10 }, (_, n) => random(`${n}`, CHUNK_BYTES)))
    let taken = 0
    const counted = (async function* () {
      for (const chunk of await chunksOf(body)) {
        taken += 1
        yield chunk
      }
    })()
    for await (const _change of decodeBody(counted, body)) break
    expect(taken).toBeLessThan(4)
  })
})
