import { type ClientHttp2Stream, constants } from 'node:http2'
import { Readable } from 'node:stream'
import type { UpstreamBody } from './upstream-attempt.ts'

/**
 * The body of a response as it comes over a stream of HTTP/2. To node:http2 a stream that was reset has just ended; this one
 * has not.
 */
export class Http2Body extends Readable implements UpstreamBody {
  complete = false
  rawTrailers: readonly string[] = []
  readonly #stream: ClientHttp2Stream
  readonly #cancel: () => void

  /** @param isOver whether nothing follows the head @param cancel resets the stream */
  constructor(stream: ClientHttp2Stream, isOver: boolean, cancel: () => void) {
    super()
    this.#stream = stream
    this.#cancel = cancel
    if (isOver) this.#end()
    // Nothing follows them but what resets the stream, of a server that wants no more of the request (RFC 9113 section 8.1).
    let isWhole = false
    stream.on('trailers', (_fields, _flags, ...[raw]: readonly unknown[]) => {
      isWhole = true
      if (Array.isArray(raw)) this.rawTrailers = raw
    })
    stream.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stream.pause()
    })
    stream.on('end', () => {
      const isBroken = stream.aborted || (stream.rstCode ?? 0) !== constants.NGHTTP2_NO_ERROR
      if (isBroken && !isWhole) this.destroy()
      else this.#end()
    })
    stream.on('close', () => {
      if (!this.complete) this.destroy()
    })
  }

  override _read(): void {
    this.#stream.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Also when all of it has come: what is left of the request is of no use to anyone.
    if (!this.complete || !this.#stream.writableFinished) this.#cancel()
    done(error)
  }

  #end(): void {
    if (this.complete) return
    this.complete = true
    this.push(null)
  }
}
