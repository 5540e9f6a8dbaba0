import type { Away } from '../soak/restarts.ts'
import type { Spell } from '../soak/upstreams.ts'
import { digestOf, type Outcome } from './ask.ts'
import { type Expected, expected, type FromGateway, type FromUpstream } from './expected.ts'
import type { History } from './history.ts'
import type { Seen } from './seen.ts'

/** What is known of the world besides the config. */
export interface Facts {
  readonly spells: readonly Spell[]
  readonly killed: readonly Away[]
}

/** `excused` where the facts allow that it failed. */
export type Judgement =
  | { readonly kind: 'right' | 'excused' }
  | { readonly kind: 'wrong'; readonly expected: string; readonly got: string }

const RIGHT: Judgement = { kind: 'right' }
const EXCUSED: Judgement = { kind: 'excused' }

/** The revision that made the answer. @returns undefined where it says none, or not just one */
export function revisionOf({ answer }: Outcome): number | undefined {
  const said = answer?.headers['x-biplane-revision']
  return typeof said === 'string' && /^\d+$/.test(said) ? Number(said) : undefined
}

/** Judges a request by the config of the very revision that answered it. That revision must be known by then. */
export function judged(outcome: Outcome, history: History, facts: Facts): Judgement {
  const { answer, error, floor, before } = outcome
  if (error !== null) return broken(outcome, error, facts)
  if (answer === null) return wrong('an answer', 'none')
  const revision = revisionOf(outcome)
  if (revision === undefined)
    return wrong('one revision', `X-Biplane-Revision: ${answer.headers['x-biplane-revision']}`)
  if (revision < before)
    return wrong(`at least revision ${before}, as on its connection before`, told(outcome))
  if (revision < floor) return wrong(`at least revision ${floor}, which its node had applied`, told(outcome))
  const wanted = expected(history.at(revision), outcome.question)
  return wanted.kind === 'gateway' ? gatewayAnswer(outcome, wanted) : upstreamAnswer(outcome, wanted, facts)
}

/** A request without a whole answer. */
function broken(outcome: Outcome, error: string, { killed, spells }: Facts): Judgement {
  const { node, sentAt, endedAt } = outcome
  const overlaps = ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
    from <= endedAt && to >= sentAt
  if (killed.some((one) => one.node === node && overlaps(one))) return EXCUSED
  const port = seenOf(outcome)?.port
  if (spells.some((spell) => spell.mode === 'dead' && spell.port === port && overlaps(spell))) return EXCUSED
  return wrong('an answer', `${error}${outcome.answer === null ? '' : ` after the head of ${told(outcome)}`}`)
}

function gatewayAnswer(outcome: Outcome, wanted: FromGateway): Judgement {
  const { status, text } = outcome.answer ?? { status: 0, text: '' }
  if (status !== wanted.status || messageIn(text) !== wanted.message || seenOf(outcome) !== undefined)
    return wrong(toldOf(wanted), told(outcome))
  return headersOf(outcome, wanted)
}

function upstreamAnswer(outcome: Outcome, wanted: FromUpstream, facts: Facts): Judgement {
  const seen = seenOf(outcome)
  const status = outcome.answer?.status ?? 0
  if (seen === undefined)
    return [502, 503].includes(status) && mayFail(outcome, wanted, facts)
      ? EXCUSED
      : wrong(toldOf(wanted), told(outcome))
  const isIll = facts.spells.some((spell) => spell.mode === 'ill' && isAbout(spell, seen.port, outcome))
  if (status !== 200 && !(status === 500 && isIll)) return wrong(toldOf(wanted), told(outcome))
  const { question } = outcome
  const right =
    wanted.ports.includes(seen.port) &&
    seen.id === question.id &&
    seen.method === question.method &&
    seen.path === wanted.seen.path &&
    seen.consumer === wanted.seen.consumer &&
    seen.marked === wanted.seen.marked &&
    seen.bytes === question.bytes &&
    seen.digest === digestOf(question)
  if (!right) return wrong(toldOf(wanted), told(outcome))
  const body = question.answerBytes > 0 ? '' : outcome.answer?.headers['x-soak-seen']
  if (outcome.answer?.text !== body) return wrong('the body that the upstream sent', told(outcome))
  const headers = headersOf(outcome, wanted)
  return headers.kind === 'right' && status === 500 ? EXCUSED : headers
}

/**
 * What acts twice is not sent twice: it fails where the upstream died that had it. Such a death may be noticed a little later.
 * All else must have found a target that lives, for there always is one.
 */
function mayFail(
  { question, sentAt, endedAt }: Outcome,
  { ports }: FromUpstream,
  { spells }: Facts,
): boolean {
  return (
    question.method === 'POST' &&
    spells.some(
      ({ mode, port, from }) =>
        mode === 'dead' && ports.includes(port) && from >= sentAt - NOTICED_MS && from <= endedAt,
    )
  )
}

const NOTICED_MS = 2_000

function isAbout(spell: Spell, port: number, { sentAt, endedAt }: Outcome): boolean {
  return spell.port === port && spell.from <= endedAt && spell.to >= sentAt
}

function headersOf(outcome: Outcome, wanted: Expected): Judgement {
  for (const [name, value] of Object.entries(wanted.headers)) {
    const got = outcome.answer?.headers[name] ?? null
    if (got !== value) return wrong(`${name}: ${value}`, `${name}: ${got} in ${told(outcome)}`)
  }
  return RIGHT
}

function seenOf({ answer }: Outcome): Seen | undefined {
  const seen = answer?.headers['x-soak-seen']
  return typeof seen === 'string' ? JSON.parse(seen) : undefined
}

function messageIn(text: string): string | undefined {
  try {
    return JSON.parse(text).message
  } catch {
    return undefined
  }
}

function wrong(expected: string, got: string): Judgement {
  return { kind: 'wrong', expected, got }
}

function toldOf(wanted: Expected): string {
  return wanted.kind === 'gateway'
    ? `${wanted.status} ${wanted.message}`
    : `200 by one of the ports ${wanted.ports.join(', ')} that saw ${JSON.stringify(wanted.seen)}`
}

const MOST_TEXT = 300

function told({ answer, node }: Outcome): string {
  if (answer === null) return 'nothing'
  const { status, headers, text } = answer
  const seen = headers['x-soak-seen']
  return `${status} of revision ${headers['x-biplane-revision']} by ${node}: ${seen ?? text.slice(0, MOST_TEXT)}`
}
