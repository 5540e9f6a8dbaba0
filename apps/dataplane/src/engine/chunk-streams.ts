import { Transform } from 'node:stream'

/** Rewrites the pieces of a body; undefined leaves a piece as it is. */
export type ChunkTransform = (chunk: Uint8Array, last: boolean) => Uint8Array | undefined

/** The same for a body that is there as a whole. */
export function applied(bytes: Buffer, transform: ChunkTransform | undefined): Uint8Array {
  return transform?.(bytes, true) ?? bytes
}

export function asStream(transform: ChunkTransform): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      callback(done, () => transform(chunk, false) ?? chunk)
    },
    flush(done) {
      callback(done, () => transform(new Uint8Array(), true) ?? null)
    },
  })
}

/** Passes all on, and tells how many bytes it were so far. */
export function counting(told: (bytes: number) => void): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength
      told(bytes)
      done(null, chunk)
    },
  })
}

/** What is thrown in a stream would end the thread. */
function callback<T>(done: (error: Error | null, value?: T) => void, make: () => T): void {
  let value: T
  try {
    value = make()
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  done(null, value)
}
