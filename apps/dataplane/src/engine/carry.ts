import type { Socket } from 'node:net'
import type { Timeouts } from '../runtime/compiled-service.ts'
import type { StreamEnd } from '../streams/stream.ts'

/** How long one side may take for what is on its way to it when the other one has broken off. */
const LAST_MS = 5_000

/**
 * Carries bytes both ways, as fast as the slower side takes them, until both are closed. Resolves with what ended it.
 *
 * @param client both may be half open
 */
export function carry(
  client: Socket,
  upstream: Socket,
  timeouts: Pick<Timeouts, 'read' | 'write'>,
): Promise<StreamEnd> {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>()
  let end: StreamEnd | undefined
  let open = 2
  const breakOff = (what: StreamEnd, other: Socket): void => {
    end ??= what
    if (other.closed) return
    // What was read for it already is not lost, if it takes it.
    other.destroySoon()
    const late = setTimeout(() => other.destroy(), LAST_MS)
    other.once('close', () => clearTimeout(late))
  }
  const watch = (side: Socket, broke: StreamEnd, other: Socket): void => {
    const closed = (): void => {
      open -= 1
      if (!(side.readableEnded && side.writableFinished)) breakOff(broke, other)
      // The other one still has to take what was said last, and may not take for ever.
      else if (!other.closed) other.setTimeout(timeouts.write)
      if (open === 0) resolve(end ?? 'ended')
    }
    // Whoever breaks off closes: there is nothing more to an error.
    side.on('error', ignore)
    if (side.closed) closed()
    else side.once('close', closed)
  }
  watch(client, 'client-broke', upstream)
  watch(upstream, 'upstream-broke', client)
  // Whatever goes over the stream goes over this side of it.
  const wait = (): void =>
    void upstream.setTimeout(upstream.writableNeedDrain ? timeouts.write : timeouts.read)
  client.on('pause', wait)
  upstream.on('drain', wait)
  for (const side of [client, upstream])
    side.on('timeout', () => {
      end ??= 'idle'
      client.destroy()
      upstream.destroy()
    })
  wait()
  client.pipe(upstream)
  upstream.pipe(client)
  return promise
}

function ignore(): void {
  // Told by `close`.
}
