import { describe, expect, it } from 'vitest'
import { contentOf } from '../soak/content.ts'
import type { Spell } from '../soak/upstreams.ts'
import { type Family, initial, type State } from '../soak-protocols/families.ts'
import { Frames, framed } from '../soak-protocols/frames.ts'
import { type Facts, FINGERPRINTS, judged } from '../soak-protocols/judge.ts'
import type { Line } from '../soak-protocols/line.ts'
import type { Answer, Outcome } from '../soak-protocols/outcome.ts'
import { Register } from '../soak-protocols/register.ts'
import { Farewell } from '../soak-protocols/said.ts'
import { talk } from '../soak-protocols/talk.ts'

const SITES = [20_000, 20_010, 20_020, 20_030] as const
const SENT_AT = Date.now() + 100_000
const DRAIN_MS = 6_000

const BEGINNING = initial({ sites: SITES, tcp: [[], []], udp: [[], []] })
const [first, second] = BEGINNING.routes
const swapped: State = { ...BEGINNING, routes: [second, first] }
const marked: State = { ...BEGINNING, routes: [{ ...first, mark: 'new' }, second] }
const barred: State = { ...BEGINNING, routes: [{ ...first, isBarred: true }, second] }
const reissued: State = { ...BEGINNING, pairs: [1, 1] }

/** Revision 10 is the beginning; then these, from 11 on. */
async function registerOf(...states: readonly State[]): Promise<Register<State>> {
  const register = new Register(BEGINNING, 10)
  for (const [index, state] of states.entries()) await register.write(state, async () => 11 + index)
  return register
}

const SERVED: Answer = { status: 200, site: SITES[0], path: '/web-0/a', mark: null }
const NOTHING: Facts = { spells: [], killed: [], stopped: [], drainMs: DRAIN_MS }

/** What came of a call to the first lane. */
function outcome(family: Family, given: Partial<Outcome> = {}, protocol = `${family} POST`): Outcome {
  return {
    call: { protocol, family, lane: 0, id: 'a', isLong: false },
    ...{ sentAt: SENT_AT, openedAt: SENT_AT + 10, endedAt: SENT_AT + 100, node: 'one', floor: 10 },
    ...{ revision: family === 'web' || family === 'grpc' ? 10 : null, answer: SERVED },
    ...{ error: null, flaw: null, certificate: null },
    ...given,
  }
}

const dead = (port: number, from = SENT_AT + 5): Facts => {
  const spell: Spell = { port, mode: 'dead', from, to: from + 1_000 }
  return { ...NOTHING, spells: [spell] }
}
const away = (how: 'killed' | 'stopped', from: number, node = 'one'): Facts => ({
  ...NOTHING,
  [how]: [{ node, from, to: from + 10_000 }],
})
const CUT = { error: 'reset' }
const LOST = { answer: null, error: 'reset' }
const refused = (status: number) => ({ answer: { status, site: null, path: null, mark: null } })

describe('the judges of soak:protocols', () => {
  it.each<[what: string, outcome: Outcome, states?: readonly State[], facts?: Facts]>([
    ['what the config says', outcome('web')],
    [
      'what a later config says',
      outcome('web', { revision: 11, answer: { ...SERVED, mark: 'new' } }),
      [marked],
    ],
    ['what a config under way may say', outcome('tcp', { answer: { ...SERVED, site: SITES[1] } }), [swapped]],
    ['what was so until just now', outcome('tcp'), [swapped]],
  ])('find right: %s', async (_what, given, states = [], facts = NOTHING) => {
    expect(judged(given, await registerOf(...states), facts)).toEqual({ kind: 'right' })
  })

  it.each<[what: string, outcome: Outcome]>([
    ['a request', outcome('web', { revision: 11, ...refused(403) })],
    ['a stream', outcome('tcp', { answer: null })],
    ['datagrams', outcome('udp', LOST)],
  ])('let be refused where a plugin lets nobody in: %s', async (_what, given) => {
    expect(judged(given, await registerOf(barred), NOTHING)).toEqual({ kind: 'refused' })
  })

  it.each<[what: string, outcome: Outcome, facts: Facts]>([
    ['a stream whose site died', outcome('tcp', CUT), dead(SITES[0])],
    ['a stream that was never greeted, by a site that died', outcome('tcp', LOST), dead(SITES[2])],
    ['datagrams to a site that is dead', outcome('udp', LOST), dead(SITES[2], SENT_AT - 500)],
    ['a POST whose site died', outcome('web', refused(502)), dead(SITES[2])],
    ['a stream of a node that was killed', outcome('tcp', CUT), away('killed', SENT_AT + 50)],
    ['a stream that a stop cut in the end', outcome('tcp', CUT), away('stopped', SENT_AT - DRAIN_MS)],
  ])('excuse: %s', async (_what, given, facts) => {
    expect(judged(given, await registerOf(), facts)).toEqual({ kind: 'excused' })
  })

  it.each<[what: string, outcome: Outcome, states?: readonly State[], facts?: Facts]>([
    ['what came is not what was sent', outcome('tcp', { flaw: 'x' }), [], dead(SITES[0])],
    ['a revision older than what was waited for', outcome('web', { floor: 11 }), [marked]],
    ['a route as it was before what was waited for', outcome('tcp', { floor: 11 }), [swapped]],
    ['a route as it was later', outcome('web', { answer: { ...SERVED, site: SITES[1] } }), [swapped]],
    ['a site of the other upstream', outcome('tcp', { answer: { ...SERVED, site: SITES[1] } })],
    [
      'a stream that goes by what is written only later',
      outcome('tcp', { openedAt: 1, answer: { ...SERVED, site: SITES[1] } }),
      [swapped],
    ],
    ['another path', outcome('web', { answer: { ...SERVED, path: '/web-1/a' } })],
    ['the answer to another', outcome('web', { answer: { ...SERVED, path: '/web-0/b' } })],
    ['a mark that is not set', outcome('grpc', { answer: { ...SERVED, mark: 'new' } })],
    ['a mark that is missing', outcome('web', { revision: 11 }), [marked]],
    ['somebody let in who is not', outcome('tcp', { floor: 11 }), [barred]],
    ['somebody refused who is let in', outcome('web', refused(403))],
    ['a stream refused for nothing', outcome('tcp', { answer: null })],
    ['a refusal in other words', outcome('web', { revision: 11, ...refused(404) }), [barred]],
    ['a request that is refused and not answered', outcome('web', { revision: 11, ...LOST }), [barred]],
    ['the certificate of before', outcome('tls', { floor: 11, certificate: certificate(0) }), [reissued]],
    ['a certificate that is not there yet', outcome('tls', { certificate: certificate(1) })],
    ['a stream that breaks off', outcome('tcp', CUT)],
    ['a stream that breaks off when another site dies', outcome('tcp', CUT), [], dead(SITES[2])],
    ['an error when a site of others dies', outcome('web', refused(502)), [], dead(SITES[1])],
    ['a GET that another site could have', outcome('web', refused(502), 'http GET'), [], dead(SITES[2])],
    ['a POST to one long dead', outcome('web', refused(502)), [], dead(SITES[2], SENT_AT - 5_000)],
    ['a stream cut by a stop too soon', outcome('tcp', CUT), [], away('stopped', SENT_AT - 1_000)],
    ['a stream of another node', outcome('tcp', CUT), [], away('killed', SENT_AT, 'two')],
  ])('find wrong: %s', async (_what, given, states = [], facts = NOTHING) => {
    expect(judged(given, await registerOf(...states), facts)).toMatchObject({ kind: 'wrong' })
  })

  it('hold a write that is under way for possible, and one that was refused for never made', async () => {
    const register = await registerOf()
    const { promise, resolve } = Promise.withResolvers<null>()
    const writing = register.write(swapped, () => promise)
    expect(register.possible(10, SENT_AT)).toEqual([BEGINNING, swapped])
    expect(register.at(11)).toBe(BEGINNING)
    resolve(null)
    await writing
    expect(register.possible(10, SENT_AT)).toEqual([BEGINNING])
  })
})

type Spoil = (answers: readonly Buffer[]) => readonly Buffer[]

/** Answers as an upstream does, but for what is spoilt of all that it says. */
function lineOf(spoil: Spoil): Line {
  const farewell = new Farewell()
  const said: Buffer[] = []
  let queue: readonly Buffer[] | null = null
  return {
    async say(message) {
      farewell.heard(message)
      said.push(message)
    },
    async hear() {
      queue ??= spoil([...said, farewell.text])
      const [next, ...others] = queue
      queue = others
      return next ?? null
    },
    finish: () => undefined,
    drop: () => undefined,
  }
}

describe('a conversation of soak:protocols', () => {
  const plan = { burst: 3, rounds: 1, pauseMs: 0, bytes: 100, leaves: false }
  const { signal } = new AbortController()

  it('finds nothing where all comes back', async () => {
    expect(
      await talk(
        lineOf((all) => all),
        'a',
        plan,
        signal,
      ),
    ).toBe(null)
  })

  it.each<[what: string, spoil: Spoil]>([
    ['a message that is missing', ([, ...others]) => others],
    [
      'messages in another order',
      ([one, other, ...others]) => [other, one, ...others].flatMap((x) => x ?? []),
    ],
    ['a message twice', ([one, ...others]) => [one, one, ...others].flatMap((x) => x ?? [])],
    ['a byte that is missing', ([one, ...others]) => [Buffer.from(one?.subarray(1) ?? []), ...others]],
    ['a message of somebody else', ([, ...others]) => [contentOf('b', 100), ...others]],
    ['more than the end', (all) => [...all, contentOf('a', 1)]],
    ['another farewell', (all) => [...all.slice(0, -1), Buffer.from('farewell')]],
  ])('finds %s', async (_what, spoil) => {
    expect(await talk(lineOf(spoil), 'a', plan, signal)).not.toBe(null)
  })

  it.each<[what: string, spoil: Spoil]>([
    ['in the middle', ([one]) => (one === undefined ? [] : [one])],
    ['before its farewell', (all) => all.slice(0, -1)],
  ])('breaks where the other side ends %s', async (_what, spoil) => {
    await expect(talk(lineOf(spoil), 'a', plan, signal)).rejects.toThrow('ended')
  })

  it('reads messages whole, however they are cut', () => {
    const messages = [contentOf('a', 0), contentOf('b', 3), contentOf('c', 1_000)]
    const bytes = Buffer.concat(messages.map(framed))
    const frames = new Frames()
    const read = Array.from(bytes, (byte) => frames.take(Buffer.from([byte]))).flat()
    expect(read).toEqual(messages)
    expect(frames.isWhole).toBe(true)
    frames.take(Buffer.from([0]))
    expect(frames.isWhole).toBe(false)
  })
})

function certificate(pair: 0 | 1): string {
  return FINGERPRINTS[pair] ?? ''
}
