import type { FollowOptions, Link } from './follow-source.ts'
import { ProtocolError } from './protocol-error.ts'
import { receiveUpdate } from './receive-update.ts'
import { SourceCall } from './source-call.ts'
import { defaultTiming } from './timing.ts'

/** A link that lasted this long, or brought an update, was a good one: losing it is not a failed attempt. */
const PROVED_AFTER_MS = 10_000

export interface LinkEnd {
  readonly reason: Error
  /** Whether there was a link at all. */
  readonly linked: boolean
  /** Whether it was a good one. */
  readonly proved: boolean
}

/** Follows the source at one address until the link is lost, refused or no longer wanted. Rejects only if the pair is no PEM. */
export async function followOnce(address: string, session: number, options: FollowOptions): Promise<LinkEnd> {
  const { signal, onLink, now = Date.now } = options
  const timing = { ...defaultTiming, ...options.timing }
  const call = new SourceCall(address, options.tls, timing)
  const stop = () => call.fail(new Error('stopped'))
  signal.addEventListener('abort', stop, { once: true })
  let applied = false
  let linkedAt = Number.POSITIVE_INFINITY
  try {
    await greet(call, { address, session, within: timing.greeting }, options)
    linkedAt = now()
    onLink(linkOver(call, address, session))
    const heart = setInterval(() => beat(call, options), timing.heartbeat)
    call.signal.addEventListener('abort', () => clearInterval(heart), { once: true })
    while (true) applied = (await receive(call, options)) || applied
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error))
    call.fail(reason)
    const linked = Number.isFinite(linkedAt)
    return { reason, linked, proved: applied || now() - linkedAt >= PROVED_AFTER_MS }
  } finally {
    signal.removeEventListener('abort', stop)
    if (Number.isFinite(linkedAt)) onLink(null)
  }
}

interface Greeting {
  readonly address: string
  readonly session: number
  readonly within: number
}

async function greet(
  call: SourceCall,
  { address, session, within }: Greeting,
  options: FollowOptions,
): Promise<void> {
  const timer = setTimeout(() => call.fail(new Error(`no Welcome within ${within} ms`)), within)
  try {
    const hello = { ...options.hello(), session, position: options.position() }
    await call.write({ kind: 'hello', hello })
    const first = await call.next()
    if (first.kind !== 'welcome') throw new ProtocolError(`${first.kind} instead of Welcome`)
    const refusal = options.onWelcome(first.welcome, address)
    if (refusal !== null) throw new Error(refusal)
    const { sourceId, version } = first.welcome
    options.log.info({ address, source: sourceId, version, session }, `following the source at ${address}`)
  } finally {
    clearTimeout(timer)
  }
}

function linkOver(call: SourceCall, address: string, session: number): Link {
  return {
    address,
    session,
    signal: call.signal,
    report: (report) => call.write({ kind: 'report', report }).catch(unlessLost(call)),
  }
}

function beat(call: SourceCall, { position }: FollowOptions): void {
  call.write({ kind: 'heartbeat', position: position() }).catch(unlessLost(call))
}

/** What a lost link could not send is no error: whoever comes next is told anew. */
function unlessLost({ signal }: SourceCall): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error
  }
}

/** Takes in one update or one reason why there is none. Returns whether an update was applied. */
async function receive(call: SourceCall, options: FollowOptions): Promise<boolean> {
  const message = await call.next()
  switch (message.kind) {
    case 'begin': {
      const answer = await receiveUpdate(message.begin, () => call.next(), options)
      await call.write({ kind: 'answer', answer })
      return answer.kind === 'applied'
    }
    case 'withheld':
      options.onWithheld(message.withheld)
      return false
    case 'welcome':
    case 'chunk':
    case 'end':
      throw new ProtocolError(`${message.kind} out of place`)
  }
}
