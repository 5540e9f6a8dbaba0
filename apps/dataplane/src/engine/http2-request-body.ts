import type { ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'

/** A stream holds as much as its window, so that little has to lie here as well. */
const HELD = 16 * 1024

/**
 * The body of a request as it comes over a stream of HTTP/2. To node:http2 a stream that was reset, or whose connection
 * broke, has just ended, and one that nobody reads never closes; this one has not, and lets it close.
 */
export class Http2RequestBody extends Readable {
  readonly #stream: ServerHttp2Stream
  #isRead = false

  constructor(stream: ServerHttp2Stream) {
    super({ highWaterMark: HELD })
    this.#stream = stream
    stream.on('aborted', () => this.letGo())
    stream.on('close', () => this.destroy())
  }

  /** Nobody wants what is left of it. */
  letGo(): void {
    this.destroy()
    this.#stream.resume()
  }

  /** Nothing flows before somebody reads. */
  override _read(): void {
    if (!this.#isRead) this.#begin()
    this.#stream.resume()
  }

  #begin(): void {
    this.#isRead = true
    const stream = this.#stream
    stream.on('data', (chunk: Buffer) => {
      if (!this.destroyed && !this.push(chunk)) stream.pause()
    })
    stream.on('end', () => {
      if (!stream.aborted) this.push(null)
    })
  }
}
