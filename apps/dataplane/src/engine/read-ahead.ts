import type { Readable } from 'node:stream'

/**
 * Reads a stream to its end if it has at most `limit` bytes. If it has more, what was read is put back, and the stream
 * can be read as if nothing had happened.
 *
 * @param signal when nothing more is to come of it, though it has not ended
 * @returns null when the stream is longer, or broke
 */
export function readAhead(stream: Readable, limit: number, signal?: AbortSignal): Promise<Buffer | null> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(null)
    const chunks: Buffer[] = []
    let size = 0
    const settle = (bytes: Buffer | null): void => {
      stream.off('data', take).off('end', end).off('close', broke)
      signal?.removeEventListener('abort', broke)
      resolve(bytes)
    }
    const take = (chunk: Buffer): void => {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size <= limit) return
      stream.pause()
      settle(null)
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
