import type { Readable, Writable } from 'node:stream'
import type { Timeouts } from '../runtime/compiled-service.ts'

/** The wait for an upstream took longer than its service allows. */
export class UpstreamTimeout extends Error {
  override readonly name = 'UpstreamTimeout'
}

/** What tells that nothing comes or goes: a connection, or a stream of one. */
export interface Silence {
  setTimeout(ms: number): unknown
  on(event: 'timeout', listener: () => void): unknown
  off(event: 'timeout', listener: () => void): unknown
}

/** The wait for one request. */
export interface Wait {
  /** The answer has begun. */
  answered(response: Readable): void
  /** What it went over is no longer the request's. */
  release(): void
}

/**
 * Gives up a request, whose connection stands, when its upstream is late: when it does not take what it is given, or does
 * not answer, or pauses in its answer. What waits for the client, who pauses in his body or does not read, is not the
 * upstream's fault.
 *
 * @param isStream whether the body comes from the client meanwhile
 */
export function awaitUpstream(
  outgoing: Writable,
  silence: Silence,
  isStream: boolean,
  { write, read }: Pick<Timeouts, 'write' | 'read'>,
): Wait {
  let sending = isStream
  let response: Readable | undefined
  // Whether it stood still, if only for a moment, since it was looked at.
  let isHeldBack = false
  const wait = (): void => void silence.setTimeout(sending && response === undefined ? write : read)
  const look = (): void => {
    const isFlowing = response?.readableFlowing === true
    const isLate = response === undefined ? !sending || outgoing.writableNeedDrain : isFlowing && !isHeldBack
    isHeldBack = !isFlowing
    if (isLate) outgoing.destroy(new UpstreamTimeout())
    else wait()
  }
  const release = (): void => void silence.off('timeout', look)
  outgoing.on('finish', () => {
    if (!sending) return
    sending = false
    wait()
  })
  outgoing.once('close', release)
  // Not that of a request of HTTP/1.1, which hears of the first time only.
  silence.on('timeout', look)
  wait()
  return {
    answered(incoming) {
      response = incoming.on('pause', () => {
        isHeldBack = true
      })
      wait()
    },
    release,
  }
}
