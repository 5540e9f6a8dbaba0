/** What may come at once that belongs to no request, and what more of it in a second. */
const BURST = 1024 * 1024
const EACH_SECOND = 32 * 1024
/** How much of it is the due of what is carried: the frames of small messages, and that they were taken. */
const DUE = 8

/**
 * Tells a client of HTTP/2 that keeps its server busy with frames that belong to no request: pings, settings, windows, empty
 * pieces. As nginx does it, but that a long life is not held against a connection.
 */
export class FrameFlood {
  #left = BURST
  #read = 0
  #carried = 0
  #at: number

  /** @param now milliseconds of any clock */
  constructor(now: number) {
    this.#at = now
  }

  /**
   * To be told at every look.
   *
   * @param read how many bytes of the connection were read so far
   * @param carried how many bytes of requests and answers it carried so far
   */
  isOne(read: number, carried: number, now: number): boolean {
    const strayed = read - this.#read - DUE * (carried - this.#carried)
    const grown = this.#left + (EACH_SECOND * (now - this.#at)) / 1000
    this.#left = Math.min(BURST, grown - Math.max(0, strayed))
    this.#read = read
    this.#carried = carried
    this.#at = now
    return this.#left < 0
  }
}
