import { describe, expect, it } from 'vitest'
import type { JournalChange } from '../journal-rows.ts'
import { flatness } from '../soak/flatness.ts'
import type { Spell } from '../soak/upstreams.ts'
import { digestOf, type Outcome, type Question } from '../soak-proxy/ask.ts'
import { History } from '../soak-proxy/history.ts'
import { type Facts, judged } from '../soak-proxy/judge.ts'
import type { Seen } from '../soak-proxy/seen.ts'

const PORTS = { first: 20_001, second: 20_002, gone: 20_003 }
const SENT_AT = 100_000

const history = new History()
const upsert = (kind: string, id: string, entity: object): JournalChange => ({
  kind,
  id,
  entity: { id, ...entity },
})
const marking = (mark: string): JournalChange =>
  upsert('plugins', 'marks', {
    name: 'response-transformer',
    route: { id: 'r' },
    config: { add: { headers: [`x-soak-answer:${mark}`] } },
  })
const REVISIONS: readonly (readonly JournalChange[])[] = [
  [
    upsert('upstreams', 'u', { name: 'pool' }),
    upsert('targets', 't1', { upstream: { id: 'u' }, target: `h:${PORTS.first}`, weight: 100 }),
    upsert('targets', 't2', { upstream: { id: 'u' }, target: `h:${PORTS.second}`, weight: 100 }),
    upsert('targets', 't3', { upstream: { id: 'u' }, target: `h:${PORTS.gone}`, weight: 0 }),
    upsert('services', 's', { host: 'pool', port: 80, path: '/s' }),
    upsert('routes', 'r', { paths: ['/r'], service: { id: 's' }, strip_path: true, methods: null }),
  ],
  [upsert('consumers', 'c', { username: 'carol' }), marking('old')],
  [upsert('keyauth_credentials', 'k', { key: 'key', consumer: { id: 'c' } }), marking('new')],
  [upsert('plugins', 'door', { name: 'key-auth', route: { id: 'r' }, config: {} })],
  [{ kind: 'keyauth_credentials', id: 'k', entity: null }],
]
for (const [index, changes] of REVISIONS.entries()) history.take({ revision: index + 1, changes }, 0)

const get: Question = {
  ...{ id: '7', method: 'GET', segment: 'r', rest: '/7', key: 'key' },
  ...{ bytes: 0, answerBytes: 0, slow: false, bodyAfterMs: 0 },
}
const post: Question = { ...get, method: 'POST', bytes: 1_000 }
const put: Question = { ...post, method: 'PUT' }

interface Altered {
  readonly question?: Question
  readonly outcome?: Partial<Outcome>
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly seen?: Partial<Seen>
  /** The whole body, where it is not what the upstream saw. */
  readonly text?: string
}

/** What revision 4 answers, but for what is altered. */
function answered({ question = get, outcome, status = 200, headers, seen, text }: Altered): Outcome {
  const { id, method, bytes } = question
  const told = JSON.stringify({
    ...{ port: PORTS.first, id, method, path: '/s/7', consumer: 'carol', marked: null },
    ...{ bytes, digest: digestOf(question) },
    ...seen,
  })
  return {
    question,
    sentAt: SENT_AT,
    endedAt: SENT_AT + 50,
    answer: {
      status,
      headers: {
        'x-biplane-revision': '4',
        'x-soak-answer': 'new',
        ...(text === undefined && { 'x-soak-seen': told }),
        ...headers,
      },
      text: text ?? told,
    },
    error: null,
    node: 'dataplane-1',
    before: 3,
    floor: 3,
    ...outcome,
  }
}

function spell(mode: Spell['mode'], port: number, from = SENT_AT): Facts {
  return { spells: [{ mode, port, from, to: from + 1_000 }], killed: [] }
}

const NOTHING: Facts = { spells: [], killed: [] }
const BAD_GATEWAY = { status: 502, text: '{"message":"An invalid response was received"}' }
const CUT = { error: 'aborted' }
const killed = (node: string, from: number): Facts => ({
  spells: [],
  killed: [{ node, from, to: from + 10 }],
})

describe('the judges of soak:proxy', () => {
  it.each<[what: string, altered: Altered, facts?: Facts]>([
    ['what the config says', {}],
    ['what a later config says', { headers: { 'x-biplane-revision': '5' }, ...unauthorised() }],
    ['a body that came whole', { question: post }],
    ['another target of the upstream', { seen: { port: PORTS.second } }],
  ])('find right: %s', (_what, altered, facts = NOTHING) => {
    expect(judged(answered(altered), history, facts)).toEqual({ kind: 'right' })
  })

  it.each<[what: string, altered: Altered, facts: Facts]>([
    ['an upstream that was told to be ill', { status: 500 }, spell('ill', PORTS.first)],
    ['a POST whose upstream died', { question: post, ...BAD_GATEWAY }, spell('dead', PORTS.second)],
    ['an answer whose upstream died', { outcome: CUT }, spell('dead', PORTS.first)],
    ['a request to a node that was killed', { outcome: CUT }, killed('dataplane-1', SENT_AT + 20)],
  ])('excuse: %s', (_what, altered, facts) => {
    expect(judged(answered(altered), history, facts)).toEqual({ kind: 'excused' })
  })

  it.each<[what: string, altered: Altered, facts?: Facts]>([
    ['two revisions', { headers: { 'x-biplane-revision': '3, 4' } }],
    ['no revision', { headers: { 'x-biplane-revision': '' } }],
    ['a revision older than the one before on the connection', { outcome: { before: 5 } }],
    ['a revision older than what was waited for', { outcome: { floor: 5 } }],
    ['a plugin of the revision before', { headers: { 'x-soak-answer': 'old' } }],
    ['a plugin that is not configured', { headers: { 'x-ratelimit-limit-hour': '1' } }],
    ['another service, or path', { seen: { path: '/other/7' } }],
    ['a target without weight', { seen: { port: PORTS.gone } }],
    ['another method', { seen: { method: 'POST' } }],
    ['the answer to another request', { seen: { id: '8' } }],
    ['another consumer', { seen: { consumer: 'dave' } }],
    ['a request without its consumer', { seen: { consumer: null } }],
    ['a shorter body', { question: post, seen: { bytes: 999 } }],
    ['other bytes', { question: post, seen: { digest: 'x' } }],
    ['another body than the upstream sent', { headers: { 'x-soak-seen': '{}' } }],
    ['a known key refused', unauthorised()],
    ['a revoked key let in', { headers: { 'x-biplane-revision': '5' } }],
    ['an error of nobody', { status: 500 }],
    ['an error of another upstream', { status: 500 }, spell('ill', PORTS.second)],
    ['a GET that another target could have answered', BAD_GATEWAY, spell('dead', PORTS.second)],
    ['a PUT that could be sent again', { question: put, ...BAD_GATEWAY }, spell('dead', PORTS.second)],
    ['a POST that failed for nothing', { question: post, ...BAD_GATEWAY }],
    ['a POST whose upstream died before', { question: post, ...BAD_GATEWAY }, spell('dead', PORTS.first, 0)],
    ['a POST of which another upstream died', { question: post, ...BAD_GATEWAY }, spell('dead', PORTS.gone)],
    ['a broken connection', { outcome: CUT }],
    ['a broken connection to another than the killed node', { outcome: CUT }, killed('dataplane-2', SENT_AT)],
    ['a broken connection after the node is back', { outcome: CUT }, killed('dataplane-1', 0)],
  ])('find wrong: %s', (_what, altered, facts = NOTHING) => {
    expect(judged(answered(altered), history, facts)).toMatchObject({ kind: 'wrong' })
  })

  it.each([
    ['noise', (second: number) => 300 + 40 * Math.sin(second * 7), 0],
    ['a warm-up', (second: number) => 300 - 200 * Math.exp(-second / 20), 0],
    ['a burst', (second: number) => (second > 400 && second < 440 ? 900 : 300), 0],
    ['a leak beneath noise', (second: number) => 300 + second / 10 + 40 * Math.sin(second * 7), 37],
  ])('tell what %s comes to', (_what, value, grown) => {
    const samples = Array.from({ length: 600 }, (_, seconds) => ({ seconds, value: value(seconds) }))
    expect(Math.abs((flatness(samples)?.grown ?? Number.NaN) - grown)).toBeLessThan(6)
  })
})

function unauthorised(): Altered {
  return { status: 401, text: '{"message":"Invalid authentication credentials"}' }
}
