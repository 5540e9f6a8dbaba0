import type { FollowOptions } from './follow-source.ts'
import { ProtocolError } from './protocol-error.ts'
import { SourceCall } from './source-call.ts'
import { defaultTiming } from './timing.ts'

/** A source that has welcomed this follower. */
export interface OpenLink {
  readonly call: SourceCall
  readonly address: string
  readonly session: number
  /** Milliseconds since the epoch. */
  readonly since: number
}

export interface Opening {
  readonly address: string
  readonly session: number
  /** Ends the attempt. */
  readonly signal: AbortSignal
  /** Greets: the follower must not move on between saying where it is and being welcomed. */
  readonly standingStill: (greet: () => Promise<void>) => Promise<void>
}

/** Connects to the source at one address. Rejects with the reason why it cannot be followed. */
export async function openLink(opening: Opening, options: FollowOptions): Promise<OpenLink> {
  const { address, session, signal, standingStill } = opening
  const timing = { ...defaultTiming, ...options.timing }
  const call = new SourceCall(address, options.tls, timing)
  const stop = () => call.fail(new Error('stopped'))
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const late = () => call.fail(new Error(`no Welcome within ${timing.greeting} ms`))
  const timer = setTimeout(late, timing.greeting)
  try {
    await call.connected()
    await standingStill(async () => {
      await greet(call, opening, options)
      signal.removeEventListener('abort', stop)
    })
    return { call, address, session, since: (options.now ?? Date.now)() }
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error))
    call.fail(reason)
    throw reason
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

async function greet(
  call: SourceCall,
  { address, session }: Opening,
  { hello, position, onWelcome, log }: FollowOptions,
): Promise<void> {
  await call.write({ kind: 'hello', hello: { ...hello(), session, position: position() } })
  const first = await call.next()
  if (first.kind !== 'welcome') throw new ProtocolError(`${first.kind} instead of Welcome`)
  const refusal = onWelcome(first.welcome, address)
  if (refusal !== null) throw new Error(refusal)
  const { sourceId, version } = first.welcome
  log.info({ address, source: sourceId, version, session }, `following the source at ${address}`)
}
