import { X509Certificate } from 'node:crypto'
import { pairs } from '../fuzz/pem.ts'
import type { Away } from '../soak/restarts.ts'
import type { Spell } from '../soak/upstreams.ts'
import { nameOf, type State } from './families.ts'
import type { Outcome } from './outcome.ts'
import type { Register } from './register.ts'

/** What is known of the world besides the config. */
export interface Facts {
  readonly spells: readonly Spell[]
  readonly killed: readonly Away[]
  /** By SIGTERM. */
  readonly stopped: readonly Away[]
  /** From a SIGTERM until a node may cut what has not ended. */
  readonly drainMs: number
}

/** `refused` where the config lets nobody in; `excused` where the facts allow that it failed. */
export type Judgement =
  | { readonly kind: 'right' | 'refused' | 'excused' }
  | { readonly kind: 'wrong'; readonly expected: string; readonly got: string }

/**
 * Judges a call by the config of the revision that it says it was answered by, else by all those that its node may have had
 * when it began: none older than what was promised of the node. No write that is known may be under way.
 */
export function judged(outcome: Outcome, register: Register<State>, facts: Facts): Judgement {
  const { answer, error, flaw, revision, floor, openedAt } = outcome
  if (flaw !== null) return wrong('what was sent', flaw)
  if (revision !== null && revision < floor)
    return wrong(`at least revision ${floor}, which its node had applied`, told(outcome))
  const possible = register.possible(floor, openedAt)
  const certificates = possible.map((state) => certificateOf(outcome, state))
  if (outcome.certificate !== null && !certificates.includes(outcome.certificate))
    return wrong(`a certificate of ${certificates.join(' or ')}`, outcome.certificate)
  const states = revision === null ? possible : [register.at(revision)]
  if (answer === null) {
    if (IS_STREAM[outcome.call.family] && states.some((state) => refusal(outcome, state) !== null))
      return { kind: 'refused' }
    return isExcused(outcome, states, facts) ? { kind: 'excused' } : wrong('an answer', told(outcome))
  }
  if (answer.status !== 200) {
    if (states.some((state) => refusal(outcome, state) === answer.status)) return { kind: 'refused' }
    const isFailure = answer.status >= 500 && answer.site === null
    return isFailure && isExcused(outcome, states, facts)
      ? { kind: 'excused' }
      : wrong(states.map((state) => toldOf(outcome, state)).join('\n      or '), told(outcome))
  }
  if (!states.some((state) => fits(outcome, state)))
    return wrong(states.map((state) => toldOf(outcome, state)).join('\n      or '), told(outcome))
  if (error === null) return { kind: 'right' }
  return isExcused(outcome, states, facts) ? { kind: 'excused' } : wrong('the whole of it', told(outcome))
}

const IS_STREAM = { web: false, grpc: false, tcp: true, tls: true, passthrough: true, udp: true } as const

/** The status that a state refuses a call with, where the protocol has any; null where it lets it in. */
function refusal({ call }: Outcome, { routes }: State): number | null {
  const { isGone, isBarred } = routes[call.lane]
  return isGone ? 404 : isBarred ? 403 : null
}

function fits(outcome: Outcome, state: State): boolean {
  const { call, answer } = outcome
  const { service, mark } = state.routes[call.lane]
  return (
    refusal(outcome, state) === null &&
    state.pools[service].includes(answer?.site ?? 0) &&
    (IS_STREAM[call.family] || answer?.mark === mark) &&
    (call.family !== 'web' || answer?.path?.startsWith(`/${nameOf('web', service)}/${call.id}`) === true)
  )
}

/** A node takes time to notice that a site is gone, and a balancer that a node is. */
const NOTICED_MS = 2_000
/** Clocks of two processes, and what a process does between a signal and its cuts. */
const SLACK_MS = 500

function isExcused(outcome: Outcome, states: readonly State[], facts: Facts): boolean {
  const { call, answer, node, sentAt, endedAt } = outcome
  const overlaps = ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
    from <= endedAt && to >= sentAt
  // A connection that no node took is known to nobody.
  const unnoticed = ({ from }: Away): boolean => from <= endedAt && sentAt <= from + NOTICED_MS
  if (facts.killed.some((one) => (node === null ? unnoticed(one) : one.node === node && overlaps(one))))
    return true
  const cut = ({ from }: Away): boolean => endedAt >= from + facts.drainMs - SLACK_MS
  if (facts.stopped.some((one) => one.node === node && overlaps(one) && cut(one))) return true
  const dead = facts.spells.filter(({ mode }) => mode === 'dead')
  const site = answer?.site ?? null
  if (site !== null) return dead.some((spell) => spell.port === site && overlaps(spell))
  // What acts twice is not sent twice; what can be, finds a site that lives, for there always is one.
  if (call.protocol.endsWith('GET')) return false
  const asked = states.flatMap(({ routes, pools }) => pools[routes[call.lane].service])
  return dead.some(({ port, from, to }) => {
    if (!asked.includes(port)) return false
    return call.family === 'udp' ? overlaps({ from, to }) : from >= sentAt - NOTICED_MS && from <= endedAt
  })
}

export const FINGERPRINTS = pairs.map(({ cert }) => new X509Certificate(cert).fingerprint256)

function certificateOf({ call }: Outcome, state: State): string | undefined {
  return FINGERPRINTS[call.family === 'passthrough' ? 0 : state.pairs[call.lane]]
}

function wrong(expected: string, got: string): Judgement {
  return { kind: 'wrong', expected, got }
}

function toldOf(outcome: Outcome, state: State): string {
  const { service, mark } = state.routes[outcome.call.lane]
  const status = refusal(outcome, state)
  return status === null
    ? `service ${service} at ${state.pools[service]}, mark ${mark}`
    : `refused as ${status}`
}

function told({ answer, error, node, revision, floor }: Outcome): string {
  return `${JSON.stringify(answer)} of revision ${revision} by ${node}, which had ${floor}; ${error ?? 'whole'}`
}
