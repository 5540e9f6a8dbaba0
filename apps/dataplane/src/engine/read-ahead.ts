import type { Readable } from 'node:stream'

/**
 * Reads a stream to its end if it has at most `limit` bytes. If it has more, what was read is put back, and the stream
 * can be read as if nothing had happened.
 *
 * @returns null when the stream is longer, or broke
 */
export function readAhead(stream: Readable, limit: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (bytes: Buffer | null): void => {
      stream.off('data', take).off('end', end).off('close', broke)
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
  })
}
