import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { StoredBody } from './engine.ts'

const PIECE = 64 * 1024

/** The body of a request in a file, for as long as the request lasts. The file has no name: it goes with its process. */
export class FileBody implements StoredBody {
  readonly #file: FileHandle
  #byteLength = 0
  #reader: Readable | undefined

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @param folder made where it is missing */
  static async open(folder: string): Promise<FileBody> {
    const path = join(folder, randomUUID())
    const file = await open(path, 'wx+', 0o600).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return await open(path, 'wx+', 0o600)
    })
    await unlink(path).catch(async (error: unknown) => {
      await file.close()
      throw error
    })
    return new FileBody(file)
  }

  get byteLength(): number {
    return this.#byteLength
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#file.appendFile(chunk)
    this.#byteLength += chunk.byteLength
  }

  /** From the beginning; who read it before gets no more. */
  read(): Readable {
    this.#reader?.destroy()
    const file = this.#file
    let at = 0
    this.#reader = new Readable({
      highWaterMark: PIECE,
      read() {
        file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, at).then(
          ({ bytesRead, buffer }) => {
            at += bytesRead
            this.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead))
          },
          (error: Error) => this.destroy(error),
        )
      },
    })
    return this.#reader
  }

  /** What could not be written by now is of no use to anybody. */
  close(): void {
    this.#reader?.destroy()
    this.#file.close().catch(() => undefined)
  }
}

/**
 * Writes a stream into a file as fast as that takes it.
 *
 * @param signal when nothing more is to come of it, though it has not ended
 * @param told how many bytes came so far
 * @returns false when the stream broke
 * @throws what keeps the file from taking it, such as a full disk; the rest of the stream can still be read
 */
export function storeAll(
  stream: Readable,
  file: FileBody,
  signal: AbortSignal,
  told: (bytes: number) => void,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted || stream.destroyed) return resolve(false)
    let bytes = 0
    let writing = Promise.resolve()
    const leave = (): void => {
      stream.off('data', take).off('end', end).off('close', broke)
      signal.removeEventListener('abort', broke)
    }
    const fail = (error: unknown): void => {
      leave()
      reject(error)
    }
    const take = (chunk: Buffer): void => {
      stream.pause()
      bytes += chunk.byteLength
      told(bytes)
      writing = file.append(chunk)
      writing.then(() => stream.resume(), fail)
    }
    // A stream may end while it stands still, and so while its last piece is written.
    const end = (): void => {
      leave()
      writing.then(() => resolve(true), fail)
    }
    const broke = (): void => {
      leave()
      resolve(false)
    }
    stream.on('data', take).on('end', end).on('close', broke)
    signal.addEventListener('abort', broke)
    stream.resume()
  })
}
