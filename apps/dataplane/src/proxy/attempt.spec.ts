import { describe, expect, it } from 'vitest'
import type { AttemptOutcome, Exchange, UpstreamRequest } from '../engine/engine.ts'
import { attemptUpstream } from './attempt.ts'

const refused: AttemptOutcome = { kind: 'failed', reason: 'broken', sent: false }
const reset: AttemptOutcome = { kind: 'failed', reason: 'broken', sent: true }
const unresolved: AttemptOutcome = { kind: 'failed', reason: 'unresolved', sent: false }
const ok: AttemptOutcome = { kind: 'responded', response: { status: 200, reason: 'OK', headers: [] } }

async function tries(
  outcomes: AttemptOutcome[],
  method: string,
  hasBody: boolean,
  retries = 5,
): Promise<number> {
  let made = 0
  const exchange: Exchange = {
    request: {
      method,
      target: '/',
      scheme: 'http',
      headers: [],
      peer: '127.0.0.1',
      port: 8000,
      serverName: undefined,
      hasBody,
      websocket: false,
    },
    traffic: { received: 0, sent: 0, tls: null },
    attempt: async () => outcomes[Math.min(made++, outcomes.length - 1)] ?? ok,
    readBody: async () => null,
    readResponse: async () => null,
    send: async () => undefined,
  }
  const request: UpstreamRequest = {
    scheme: 'http',
    host: 'u',
    port: 80,
    method,
    target: '/',
    headers: [],
    body: null,
    timeouts: { connect: 1, write: 1, read: 1 },
    verify: false,
  }
  await attemptUpstream(exchange, request, retries)
  return made
}

describe('attemptUpstream', () => {
  it.each<[string, AttemptOutcome[], string, boolean, number]>([
    ['a response ends it', [ok], 'GET', false, 1],
    ['a refused connection is tried again', [refused], 'GET', false, 6],
    ['also for a request with a body, none of which was sent', [refused], 'POST', true, 6],
    ['until it responds', [refused, refused, ok], 'GET', false, 3],
    ['what broke after sending is repeated', [reset], 'GET', false, 6],
    ['but not if it acts twice', [reset], 'POST', false, 1],
    ['nor if its body is gone', [reset], 'PUT', true, 1],
    ['a name that does not resolve is not asked for again', [unresolved], 'GET', false, 1],
  ])('%s', async (_what, outcomes, method, hasBody, expected) => {
    expect(await tries(outcomes, method, hasBody)).toBe(expected)
  })

  it('tries once when no retries are wanted', async () => {
    expect(await tries([refused], 'GET', false, 0)).toBe(1)
  })
})
