import { pipeline, Readable } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import type { EncodedChange } from './change.ts'
import { Chunker } from './chunker.ts'
import { encodeRecord, RecordDecoder } from './records.ts'
import type { Body } from './update.ts'

/** The largest chunk an update is cut into. Small enough to interleave with answers and pings on one connection. */
export const CHUNK_BYTES = 256 * 1024

/** A received body that is not what its Begin announced. */
export class BodyMismatch extends Error {
  override readonly name = 'BodyMismatch'
}

/** The body of a delta: small, made often, so not compressed. */
export function encodeBody(changes: Iterable<EncodedChange>): Body {
  const chunker = new Chunker(CHUNK_BYTES)
  const chunks: Uint8Array[] = []
  for (const change of changes) {
    for (const part of encodeRecord(change)) chunks.push(...chunker.push(part))
  }
  chunks.push(...chunker.flush())
  return bodyOf('identity', chunks)
}

/**
 * The body of a snapshot: compressed on another thread, chunk by chunk, so that at no time more than a few chunks of the
 * uncompressed config are held. Level 1: about a ninth of the JSON at some 250 MB a second.
 */
export async function compressBody(
  changes: Iterable<EncodedChange> | AsyncIterable<EncodedChange>,
): Promise<Body> {
  const compress = createZstdCompress({
    chunkSize: CHUNK_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  })
  const chunker = new Chunker(CHUNK_BYTES)
  const chunks: Uint8Array[] = []
  for await (const piece of through(encodeChunks(changes), compress)) chunks.push(...chunker.push(piece))
  chunks.push(...chunker.flush())
  return bodyOf('zstd', chunks)
}

/**
 * The changes of a body as it arrives. At most one chunk more than what was asked for is read, and nothing after the
 * caller stops. `chunks` failing is passed on.
 *
 * @throws BodyMismatch, MalformedRecords, or zlib's error when the bytes are not a body of this encoding and size
 */
export async function* decodeBody(
  chunks: AsyncIterable<Uint8Array>,
  { encoding, size }: Pick<Body, 'encoding' | 'size'>,
): AsyncGenerator<EncodedChange> {
  const decoder = new RecordDecoder()
  const exact = measured(chunks, size)
  const pieces =
    encoding === 'zstd' ? through(exact, createZstdDecompress({ chunkSize: CHUNK_BYTES })) : exact
  for await (const piece of pieces) yield* decoder.push(piece)
  decoder.end()
}

function bodyOf(encoding: Body['encoding'], chunks: readonly Uint8Array[]): Body {
  const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  return { encoding, size, chunks: () => chunks }
}

async function* encodeChunks(
  changes: Iterable<EncodedChange> | AsyncIterable<EncodedChange>,
): AsyncGenerator<Uint8Array> {
  const chunker = new Chunker(CHUNK_BYTES)
  for await (const change of changes) {
    for (const part of encodeRecord(change)) yield* chunker.push(part)
  }
  yield* chunker.flush()
}

async function* measured(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let received = 0
  for await (const chunk of chunks) {
    received += chunk.byteLength
    if (received > size) throw new BodyMismatch(`announced as ${size} bytes, it has at least ${received}`)
    yield chunk
  }
  if (received !== size) throw new BodyMismatch(`announced as ${size} bytes, it has ${received}`)
}

function through(
  source: AsyncIterable<Uint8Array>,
  transform: ReturnType<typeof createZstdCompress> | ReturnType<typeof createZstdDecompress>,
): AsyncIterable<Uint8Array> {
  // The callback is required by `pipeline`; every failure reaches the reader, since it destroys the last stream with it.
  pipeline(Readable.from(source, { objectMode: true, highWaterMark: 1 }), transform, () => undefined)
  return transform
}
