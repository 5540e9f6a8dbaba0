import type { ServerHttp2Stream } from 'node:http2'
import { Writable } from 'node:stream'
import type { BodyForm } from './client-side.ts'
import type { ResponseHead } from './engine.ts'
import { http2Fields } from './http2-fields.ts'
import type { Http2Traffic } from './http2-traffic.ts'

/** Takes the body of an answer on its way into a stream; one that may not have any is dropped. */
export class Http2Answer extends Writable {
  /** What follows the body, names and values in turn. */
  trailers: readonly string[] = []
  /** Whether all of the answer is handed over. */
  isOver = false
  readonly #stream: ServerHttp2Stream
  readonly #traffic: Http2Traffic
  readonly #over: () => void
  #isBodiless = false

  /** @param over told when all is handed over */
  constructor(stream: ServerHttp2Stream, traffic: Http2Traffic, over: () => void) {
    super({ emitClose: false })
    this.#stream = stream
    this.#traffic = traffic
    this.#over = over
  }

  /** @throws TypeError for a head that cannot be written */
  begin({ status, headers }: ResponseHead, method: string, body: BodyForm): void {
    const stream = this.#stream
    this.#isBodiless = body === 'none' || method === 'HEAD' || BODILESS.has(status) || stream.closed
    if (stream.closed) return
    // Trailers cost a frame also where there are none.
    const waitForTrailers = !this.#isBodiless && body !== 'bytes'
    stream.respond(
      { ':status': status, ...http2Fields(headers) },
      { endStream: this.#isBodiless, waitForTrailers },
    )
    this.#traffic.sentHead(headers)
    if (waitForTrailers) stream.on('wantTrailers', () => this.#sendTrailers())
    else if (!this.#isBodiless) stream.on('finish', () => this.#end())
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#isBodiless) {
      done()
      return
    }
    this.#traffic.sentBytes(chunk.byteLength)
    // What goes wrong with the stream is heard of there.
    this.#stream.write(chunk, () => done())
  }

  override _final(done: () => void): void {
    if (this.#isBodiless) this.#end()
    else this.#stream.end()
    done()
  }

  #sendTrailers(): void {
    if (this.#stream.closed) return
    this.#stream.sendTrailers(http2Fields(this.trailers))
    this.#traffic.sentHead(this.trailers)
    this.#end()
  }

  #end(): void {
    this.isOver = true
    this.#over()
  }
}

const BODILESS = new Set([204, 205, 304])
