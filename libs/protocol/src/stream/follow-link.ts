import type { FollowOptions, Link } from './follow-source.ts'
import type { Down } from './messages.ts'
import type { Opening, OpenLink } from './open-link.ts'
import { ProtocolError } from './protocol-error.ts'
import { receiveUpdate } from './receive-update.ts'
import type { SourceCall } from './source-call.ts'
import { defaultTiming } from './timing.ts'
import { Turns } from './turns.ts'

/** A link that lasted this long, or brought an update, was a good one: losing it is not a failed attempt. */
const PROVED_AFTER_MS = 10_000

export interface LinkEnd {
  readonly reason: Error
  /** Whether it was a good one. */
  readonly proved: boolean
  /** The link that took its place, where the source told to leave it and another one was found in time. */
  readonly next: OpenLink | null
}

/** Opens a link to another source while the one before is still there; null when that one is lost first. */
export type FindOther = (
  left: Pick<LinkEnd, 'reason' | 'proved'>,
  opening: Pick<Opening, 'signal' | 'standingStill'>,
) => Promise<OpenLink | null>

/** Follows a source until the link is lost or no longer wanted. */
export async function followLink(
  link: OpenLink,
  options: FollowOptions,
  findOther: FindOther,
): Promise<LinkEnd> {
  const { call, address, session, since } = link
  const { signal, onLink, now = Date.now } = options
  const stop = () => call.fail(new Error('stopped'))
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  onLink(linkOver(call, address, session))
  const { heartbeat } = { ...defaultTiming, ...options.timing }
  const heart = setInterval(() => beat(call, options), heartbeat)
  let applied = false
  const isProved = () => applied || now() - since >= PROVED_AFTER_MS
  const leaving = new Leaving(call, (reason, opening) => findOther({ reason, proved: isProved() }, opening))
  try {
    while (true) applied = (await receive(call, leaving, options)) || applied
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error))
    call.fail(reason)
    return { reason, proved: isProved(), next: await leaving.over() }
  } finally {
    clearInterval(heart)
    signal.removeEventListener('abort', stop)
    onLink(null)
  }
}

type Find = (reason: Error, opening: Parameters<FindOther>[1]) => ReturnType<FindOther>

/** The way from a source that is going to stop to another one. */
class Leaving {
  readonly #call: SourceCall
  readonly #findOther: Find
  readonly #turns = new Turns()
  #found: Promise<OpenLink | null> | null = null

  constructor(call: SourceCall, findOther: Find) {
    this.#call = call
    this.#findOther = findOther
  }

  begin(reason: string): void {
    this.#found ??= this.#leave(new Error(reason))
  }

  /** What came of it, once the call has ended; null where it never began, or found nothing in time. */
  over(): Promise<OpenLink | null> {
    return this.#found ?? Promise.resolve(null)
  }

  /** Takes an update in, unless the follower has been welcomed elsewhere with what it has now. */
  async apply<T>(work: () => Promise<T>): Promise<T> {
    return await this.#turns.take(() => {
      this.#call.signal.throwIfAborted()
      return work()
    })
  }

  #leave(reason: Error): Promise<OpenLink | null> {
    const { signal } = this.#call
    const standingStill = (greet: () => Promise<void>) =>
      this.#turns.take(async () => {
        signal.throwIfAborted()
        await greet()
        this.#call.fail(reason)
      })
    return this.#findOther(reason, { signal, standingStill })
  }
}

function linkOver(call: SourceCall, address: string, session: number): Link {
  return {
    address,
    session,
    signal: call.signal,
    report: (report) => call.write({ kind: 'report', report }).catch(unlessLost(call)),
    tell: (health) => call.write({ kind: 'health', health }).catch(unlessLost(call)),
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

/** Takes in one update, or one reason why there is none. Returns whether an update was applied. */
async function receive(call: SourceCall, leaving: Leaving, options: FollowOptions): Promise<boolean> {
  const message: Down = await call.next()
  switch (message.kind) {
    case 'begin':
      return await leaving.apply(async () => {
        const answer = await receiveUpdate(message.begin, () => call.next(), options)
        await call.write({ kind: 'answer', answer })
        return answer.kind === 'applied'
      })
    case 'withheld':
      options.onWithheld(message.withheld)
      return false
    case 'leave':
      leaving.begin(message.reason)
      return false
    case 'welcome':
    case 'chunk':
    case 'end':
      throw new ProtocolError(`${message.kind} out of place`)
  }
}
