import type { Readable } from 'node:stream'

/** Where the bytes of bodies count that are held as a whole. */
export interface Room {
  /** Takes room for so many more bytes; false where there is none, and then nothing is taken. */
  take(bytes: number): boolean
  give(bytes: number): void
}

/**
 * Reads a stream to its end if it has at most `limit` bytes. If it has more, or there is no room for them, what was read is
 * put back, and the stream can be read as if nothing had happened. For what it returns room was taken.
 *
 * @param signal when nothing more is to come of it, though it has not ended
 * @returns null when the stream is longer, or broke
 */
export function readAhead(
  stream: Readable,
  limit: number,
  room: Room,
  signal?: AbortSignal,
): Promise<Buffer | 'no-room' | null> {
  return new Promise((resolve) => {
    // Of one that broke before, nothing more is heard.
    if (signal?.aborted || stream.destroyed) return resolve(null)
    const chunks: Buffer[] = []
    let size = 0
    let taken = 0
    const settle = (bytes: Buffer | 'no-room' | null): void => {
      stream.off('data', take).off('end', end).off('close', broke)
      signal?.removeEventListener('abort', broke)
      if (!(bytes instanceof Buffer)) room.give(taken)
      resolve(bytes)
    }
    const take = (chunk: Buffer): void => {
      chunks.push(chunk)
      size += chunk.byteLength
      const isRoom = room.take(chunk.byteLength)
      if (isRoom) taken += chunk.byteLength
      if (isRoom && size <= limit) return
      stream.pause()
      settle(size > limit ? null : 'no-room')
      stream.unshift(Buffer.concat(chunks))
    }
    const end = (): void => settle(Buffer.concat(chunks))
    const broke = (): void => settle(null)
    stream.on('data', take).on('end', end).on('close', broke)
    signal?.addEventListener('abort', broke)
    // It stands still if it was read ahead before.
    stream.resume()
  })
}
