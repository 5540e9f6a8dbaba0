import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Timeouts } from '../runtime/compiled-service.ts'

/** The wait for an upstream took longer than its service allows. */
export class UpstreamTimeout extends Error {
  override readonly name = 'UpstreamTimeout'
}

/**
 * Gives up a request, whose connection stands, when its upstream is late: when it does not take what it is given, or does
 * not answer, or pauses in its answer. What waits for the client, who pauses in his body or does not read, is not the
 * upstream's fault.
 *
 * @param isStream whether the body comes from the client meanwhile
 * @returns to be called when the connection is no longer the request's
 */
export function awaitUpstream(
  outgoing: ClientRequest,
  isStream: boolean,
  { write, read }: Pick<Timeouts, 'write' | 'read'>,
): () => void {
  const { socket } = outgoing
  if (socket === null) return () => undefined
  let sending = isStream
  let response: IncomingMessage | undefined
  // Whether it stood still, if only for a moment, since it was looked at.
  let isHeldBack = false
  const wait = (): void => void socket.setTimeout(sending && response === undefined ? write : read)
  const look = (): void => {
    const isFlowing = response?.readableFlowing === true
    const isLate = response === undefined ? !sending || outgoing.writableNeedDrain : isFlowing && !isHeldBack
    isHeldBack = !isFlowing
    if (isLate) outgoing.destroy(new UpstreamTimeout())
    else wait()
  }
  const release = (): void => void socket.off('timeout', look)
  outgoing.on('response', (incoming) => {
    response = incoming.on('pause', () => {
      isHeldBack = true
    })
    wait()
  })
  outgoing.on('finish', () => {
    if (!sending) return
    sending = false
    wait()
  })
  outgoing.once('close', release)
  // Not that of the request, which hears of the first time only.
  socket.on('timeout', look)
  wait()
  return release
}
