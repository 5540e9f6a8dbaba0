import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import { NOWHERE, type Position } from '../position.ts'
import type { UpdateSource } from '../source.ts'
import type { RosterReport } from '../status.ts'
import type { Answer, Update, Withheld } from '../update.ts'
import { feedFollower } from './feed-follower.ts'
import type { FollowerStream } from './follower-stream.ts'
import { ProtocolError } from './protocol-error.ts'
import { untilAborted } from './until-aborted.ts'

/** A stream without a socket: the spec takes what was sent and says what is answered. */
class MemoryStream implements FollowerStream {
  readonly hello: FollowerStream['hello']
  readonly peer = { address: '192.0.2.1', certificateDigest: '', certificateExpiresAt: null }
  readonly signal: AbortSignal
  #sent = Promise.withResolvers<Update>()
  #answer = Promise.withResolvers<Answer>()

  constructor(position: Position, signal: AbortSignal) {
    this.signal = signal
    const who = { nodeId: 'n', instance: 'i', session: 1, hostname: 'h', version: '3.4.0' }
    this.hello = { ...who, plugins: [], labels: {}, relay: false, position }
  }

  async send(update: Update): Promise<void> {
    this.#sent.resolve(update)
  }

  leave(): Promise<void> {
    throw new Error('the source goes on')
  }

  async answer(): Promise<Answer> {
    const answer = await untilAborted(this.signal, this.#answer.promise)
    this.#answer = Promise.withResolvers()
    return answer
  }

  reports(): AsyncIterable<RosterReport> {
    throw new Error('not a relay')
  }

  onHealth(): void {
    throw new Error('no node')
  }

  lastHeard(): number {
    return 0
  }

  async taken(): Promise<Update> {
    const update = await this.#sent.promise
    this.#sent = Promise.withResolvers()
    return update
  }

  say(answer: Answer): void {
    this.#answer.resolve(answer)
  }
}

let stop: AbortController
let source: MemorySource
let observed: string[]
let failure: Promise<unknown>

beforeEach(() => {
  stop = new AbortController()
  source = new MemorySource({ revision: 10 })
  observed = []
})
afterEach(async () => {
  stop.abort(new Error('over'))
  await failure
})

function feed(position: Position, from: UpdateSource = source, delay = 60_000): MemoryStream {
  const stream = new MemoryStream(position, stop.signal)
  const observe = {
    offered: ({ kind, to }: Update) => observed.push(`offered ${kind} ${to.revision}`),
    answered: (answer: Answer, { to }: Update) => observed.push(`${answer.kind} ${to.revision}`),
    withheld: ({ to }: Withheld) => observed.push(`withheld ${to.revision}`),
  }
  failure = feedFollower(stream, from, observe, () => delay).catch((error: unknown) => error)
  return stream
}

const applied = (position: Position): Answer => ({ kind: 'applied', position, tookMs: 1 })
const rejected = (revision: number, retryable: boolean): Answer => ({
  kind: 'rejected',
  revision,
  retryable,
  errors: [],
})

describe('feedFollower', () => {
  it('sends nothing to a follower at the current position until that changes', async () => {
    const stream = feed(source.position)
    source.write(anUpsert('a'))
    expect(await stream.taken()).toMatchObject({ kind: 'delta', to: { revision: 11 } })
    expect(observed).toEqual(['offered delta 11'])
  })

  it('starts a follower at a position nobody knows with a snapshot', async () => {
    source.write(anUpsert('a'))
    expect(await feed(NOWHERE).taken()).toMatchObject({ kind: 'snapshot', to: { revision: 11 } })
  })

  it('skips the revisions that came while one update was in flight', async () => {
    const stream = feed(source.position)
    source.write(anUpsert('a'))
    const first = await stream.taken()
    source.write(anUpsert('b'))
    source.write(anUpsert('c'))
    stream.say(applied(first.to))
    expect(await stream.taken()).toMatchObject({ from: { revision: 11 }, to: { revision: 13 } })
  })

  it('waits for the next revision after content was rejected, and starts from what the follower has', async () => {
    const stream = feed(source.position, source, 0)
    source.write(anUpsert('a'))
    await stream.taken()
    stream.say(rejected(11, false))
    await new Promise((resolve) => setImmediate(resolve))
    source.write(anUpsert('b'))
    expect(await stream.taken()).toMatchObject({ from: { revision: 10 }, to: { revision: 12 } })
    expect(observed).toEqual(['offered delta 11', 'rejected 11', 'offered delta 12'])
  })

  it('offers what was rejected as retryable again after a while', async () => {
    const stream = feed(source.position, source, 1)
    source.write(anUpsert('a'))
    await stream.taken()
    stream.say(rejected(11, true))
    expect(await stream.taken()).toMatchObject({ from: { revision: 10 }, to: { revision: 11 } })
  })

  it('leaves a follower that cannot store in peace meanwhile, however many revisions come, and then offers the newest', async () => {
    const stream = feed(source.position, source, 50)
    source.write(anUpsert('a'))
    await stream.taken()
    stream.say(rejected(11, true))
    for (const id of ['b', 'c', 'd']) {
      await new Promise((resolve) => setImmediate(resolve))
      source.write(anUpsert(id))
    }
    expect(await stream.taken()).toMatchObject({ from: { revision: 10 }, to: { revision: 14 } })
    expect(observed).toEqual(['offered delta 11', 'rejected 11', 'offered delta 14'])
  })

  it('passes on why an update is withheld, once, and expects no answer', async () => {
    const withholding: UpdateSource = {
      next: async (known, seen, signal) => {
        const { to } = await source.next(known, seen, signal)
        return { kind: 'withheld', to, reason: { kind: 'plugin_set_incompatible', message: 'm' } }
      },
    }
    const stream = feed(source.position, withholding)
    source.write(anUpsert('a'))
    expect(await stream.taken()).toMatchObject({ kind: 'withheld', to: { revision: 11 } })
    source.write(anUpsert('b'))
    expect(await stream.taken()).toMatchObject({ kind: 'withheld', to: { revision: 12 } })
    expect(observed).toEqual(['withheld 11', 'withheld 12'])
  })

  it.each<[string, (to: Position) => Answer]>([
    ['another revision', (to) => applied({ ...to, revision: 9 })],
    ['another hash', (to) => applied({ ...to, hash: 'f'.repeat(32) })],
    ['another epoch', (to) => applied({ ...to, epoch: 'x' })],
    ['another rejected revision', (to) => rejected(to.revision - 1, false)],
  ])('breaks with a follower that answers for %s', async (_what, answer) => {
    const stream = feed(source.position)
    source.write(anUpsert('a'))
    const { to } = await stream.taken()
    stream.say(answer(to))
    expect(await failure).toBeInstanceOf(ProtocolError)
    expect(observed).toEqual(['offered delta 11'])
  })

  it('ends with the reason of the stream', async () => {
    feed(source.position)
    stop.abort(new Error('the follower is gone'))
    expect(await failure).toEqual(new Error('the follower is gone'))
  })
})
