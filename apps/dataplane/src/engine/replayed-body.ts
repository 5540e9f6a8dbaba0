import type { Readable, Writable } from 'node:stream'

/** As much of a body is kept for a second try. */
const KEPT_BYTES = 64 * 1024

/**
 * The body of a client on its way to an upstream that may turn the request away untouched, as servers of HTTP/2 do when they
 * stop. What was passed on until then is passed on again to the next.
 */
export class ReplayedBody {
  readonly #source: Readable
  /** Null when nothing is kept any more. */
  #kept: Buffer[] | null = []
  #keptBytes = 0
  #hasEnded = false
  #to: Writable | undefined

  constructor(source: Readable) {
    this.#source = source
  }

  /** Whether it can be sent from its beginning. */
  get isWhole(): boolean {
    return this.#kept !== null
  }

  sendTo(to: Writable): void {
    this.#to = to
    for (const chunk of this.#kept ?? []) to.write(chunk)
    if (this.#hasEnded) {
      to.end()
      return
    }
    // One that broke says so no more.
    if (this.#source.destroyed) {
      to.destroy(new Error('the body broke off'))
      return
    }
    this.#source.on('data', this.#pass).on('end', this.#end).on('error', this.#break).on('close', this.#break)
    to.on('drain', this.#resume)
    if (to.writableNeedDrain) this.#source.pause()
    else this.#source.resume()
  }

  /** Sends nothing more to where it was sent. */
  leave(): void {
    const to = this.#to
    if (to === undefined) return
    this.#to = undefined
    to.off('drain', this.#resume)
    this.#source
      .off('data', this.#pass)
      .off('end', this.#end)
      .off('error', this.#break)
      .off('close', this.#break)
    this.#source.pause()
  }

  /** It will not be sent again. */
  forget(): void {
    this.#kept = null
  }

  readonly #pass = (chunk: Buffer): void => {
    this.#keptBytes += chunk.byteLength
    if (this.#keptBytes > KEPT_BYTES) this.forget()
    else this.#kept?.push(chunk)
    if (this.#to?.write(chunk) === false) this.#source.pause()
  }

  readonly #end = (): void => {
    this.#hasEnded = true
    this.#to?.end()
  }

  /** Without an end, the upstream would wait for it until it is late. */
  readonly #break = (): void => {
    if (!this.#hasEnded) this.#to?.destroy(new Error('the body broke off'))
  }

  readonly #resume = (): void => void this.#source.resume()
}
