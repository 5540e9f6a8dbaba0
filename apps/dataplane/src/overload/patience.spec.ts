import { describe, expect, it } from 'vitest'
import { type ClientState, isWornOut, lookAt, newClient, type Patience } from './patience.ts'

const patience: Patience = {
  headMs: 10,
  bodyMs: 10,
  sendMs: 20,
  keepAliveMs: 30,
  keepAliveRequests: 3,
  keepAliveTimeMs: 1000,
}
const aClient = (given: Partial<ClientState> = {}): ClientState => ({ ...newClient(0), ...given })
const nothing = { read: 100, taken: 0, waiting: 0 }

describe('a client', () => {
  it.each<[string, Partial<ClientState>, number, ReturnType<typeof lookAt>]>([
    ['may take its time for handshake and head', {}, 19, null],
    ['may not stay without ever asking', {}, 20, 'head'],
    ['may be idle for a while', { requests: 1, idleSince: 100, readWhenIdle: 100 }, 129, null],
    ['may not be idle for long', { requests: 1, idleSince: 100, readWhenIdle: 100 }, 130, 'idle'],
    ['may be idle, and then take its time for the next head', { requests: 1, idleSince: 100 }, 139, null],
    ['may not stay for what is no head', { requests: 1, idleSince: 100 }, 140, 'head'],
    ['may wait for an answer as long as it likes', { requests: 1, unanswered: 1 }, 9999, null],
  ])('%s', (_what, given, now, verdict) => {
    expect(lookAt(aClient(given), patience, nothing, now)).toBe(verdict)
  })

  it('is cut when it takes nothing of its answer for a while', () => {
    const client = aClient({ requests: 1, unanswered: 1 })
    const look = (taken: number, now: number) => lookAt(client, patience, { read: 9, taken, waiting: 1 }, now)
    expect([look(0, 0), look(5, 15), look(5, 34), look(6, 40), look(6, 59), look(6, 60)]).toEqual([
      null,
      null,
      null,
      null,
      null,
      'answer',
    ])
  })

  it('is not cut while there is nothing for it to take', () => {
    const client = aClient({ requests: 1, unanswered: 1 })
    expect(lookAt(client, patience, { read: 9, taken: 5, waiting: 1 }, 0)).toBeNull()
    expect(lookAt(client, patience, { read: 9, taken: 5, waiting: 0 }, 500)).toBeNull()
    expect(lookAt(client, patience, { read: 9, taken: 5, waiting: 1 }, 510)).toBeNull()
    expect(lookAt(client, patience, { read: 9, taken: 5, waiting: 1 }, 520)).toBe('answer')
  })
})

describe('an answer closes its connection', () => {
  it.each<[string, Partial<ClientState>, Partial<Patience>, number, boolean]>([
    ['not before the last request', { requests: 2 }, {}, 0, false],
    ['with the last request', { requests: 3 }, {}, 0, true],
    ['when no connection is kept', { requests: 1 }, { keepAliveMs: 0 }, 0, true],
    ['not before it is old', { requests: 1 }, {}, 999, false],
    ['when it is old', { requests: 1 }, {}, 1000, true],
    ['when a connection carries no second request', { requests: 1 }, { keepAliveRequests: 0 }, 0, true],
  ])('%s', (_what, given, limits, now, closes) => {
    expect(isWornOut(aClient(given), { ...patience, ...limits }, now)).toBe(closes)
  })
})
