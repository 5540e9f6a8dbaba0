import { describe, expect, it } from 'vitest'
import type { AttemptOutcome, UpstreamRequest } from '../engine/engine.ts'
import type { NextTry } from '../upstreams/upstreams.ts'
import { type Attempted, attemptUpstream } from './attempt.ts'

const refused: AttemptOutcome = { kind: 'failed', reason: 'broken', sent: false }
const reset: AttemptOutcome = { kind: 'failed', reason: 'broken', sent: true }
const late: AttemptOutcome = { kind: 'failed', reason: 'timeout', sent: true }
const crowded: AttemptOutcome = { kind: 'crowded' }
const ok: AttemptOutcome = { kind: 'responded', response: { status: 200, reason: 'OK', headers: [] } }

const request: Omit<UpstreamRequest, 'method' | 'host'> = {
  ...{ scheme: 'http', port: 80, target: '/', headers: [], body: null },
  timeouts: { connect: 1, write: 1, read: 1 },
  tls: null,
}

interface Trial {
  readonly outcomes: readonly AttemptOutcome[]
  readonly method?: string
  readonly hasBody?: boolean
  readonly retries?: number
  /** How many places there are. */
  readonly places?: number
}

async function trial({ outcomes, method = 'GET', hasBody = false, retries = 5, places = 99 }: Trial) {
  const hosts: string[] = []
  const told: string[] = []
  const next = (): NextTry => {
    const ip = `10.0.0.${hosts.length + 1}`
    if (hosts.length >= places) return { kind: 'no-peer' }
    const failed = (how: string, last: boolean): void => {
      told.push(`${ip} ${how}${last ? ' at last' : ''}`)
    }
    const answered = (status: number): void => {
      told.push(`${ip} ${status}`)
    }
    const never = () => undefined
    const to = { ip, port: 80, host: 'u', failed, answered, connected: never, over: never }
    return { kind: 'try', to }
  }
  const exchange = {
    request: { hasBody },
    async attempt({ host }: UpstreamRequest) {
      hosts.push(host)
      return outcomes[Math.min(hosts.length, outcomes.length) - 1] ?? ok
    },
  }
  const outcome: Attempted = await attemptUpstream(exchange, {
    tries: { next },
    retries,
    requestTo: ({ ip }) => ({ ...request, method, host: ip }),
  })
  return { outcome, hosts, told }
}

describe('attemptUpstream', () => {
  it.each<[string, Trial, number]>([
    ['a response ends it', { outcomes: [ok] }, 1],
    ['a refused connection is tried again', { outcomes: [refused] }, 6],
    ['a crowded address is left for another', { outcomes: [crowded, crowded, ok], method: 'POST' }, 3],
    ['all addresses are crowded', { outcomes: [crowded], hasBody: true }, 6],
    [
      'also for a request with a body, none of which was sent',
      { outcomes: [refused], method: 'POST', hasBody: true },
      6,
    ],
    ['until it responds', { outcomes: [refused, refused, ok] }, 3],
    ['what broke after sending is repeated', { outcomes: [reset] }, 6],
    ['but not if it acts twice', { outcomes: [reset], method: 'POST' }, 1],
    ['nor if its body is gone', { outcomes: [reset], method: 'PUT', hasBody: true }, 1],
    ['once when no retries are wanted', { outcomes: [refused], retries: 0 }, 1],
  ])('%s', async (_what, given, expected) => {
    expect((await trial(given)).hosts).toHaveLength(expected)
  })

  it('asks before every try where to go, and says what came of it', async () => {
    const { hosts, told } = await trial({ outcomes: [refused, late, ok] })
    expect(hosts).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
    expect(told).toEqual(['10.0.0.1 broken', '10.0.0.2 timeout', '10.0.0.3 200'])
  })

  it('says of the last try that it was', async () => {
    expect((await trial({ outcomes: [refused, late], retries: 1 })).told).toEqual([
      '10.0.0.1 broken',
      '10.0.0.2 timeout at last',
    ])
    expect((await trial({ outcomes: [late], method: 'POST' })).told).toEqual(['10.0.0.1 timeout at last'])
  })

  it.each([
    [0, false],
    [2, true],
  ])('ends when there is nowhere to go after %i tries', async (places, tried) => {
    const { outcome } = await trial({ outcomes: [refused], places })
    expect(outcome).toEqual({ kind: 'nowhere', why: { kind: 'no-peer' }, tried })
  })
})
