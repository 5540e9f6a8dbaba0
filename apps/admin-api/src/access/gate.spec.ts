import { describe, expect, it } from 'vitest'
import { aGate, aToken } from '../fixtures/tokens.ts'
import type { AccessRules, Gate, Shown, Verdict } from './gate.ts'

const address = '192.0.2.1'
const tokens = [aToken('ci', 'right'), aToken('grafana', 'looks', 'read-only')]
const clientRoles = [
  { name: 'deploy', role: 'write' },
  { name: 'board', role: 'read-only' },
] as const

const show = (shown: Partial<Shown>): Shown => ({ address, token: null, certificate: null, ...shown })
const as = (name: string | null, proof: string, role: string): object => ({
  kind: 'let in',
  caller: { name, proof, address, role },
})
const refused = (reason: string): object => ({ kind: 'refused', reason })

describe('Gate', () => {
  it.each<[string, Partial<AccessRules>, Partial<Shown>, object]>([
    ['nobody is asked', {}, {}, as(null, 'none', 'write')],
    ['nobody is asked, and a token is shown', {}, { token: 'any' }, as(null, 'none', 'write')],
    ['a right token', { tokens }, { token: 'right' }, as('ci', 'token', 'write')],
    ['a token to look with', { tokens }, { token: 'looks' }, as('grafana', 'token', 'read-only')],
    ['a wrong token', { tokens }, { token: 'wrong' }, refused('wrong token')],
    [
      'the hash in place of the token',
      { tokens },
      { token: tokens[0]?.sha256 ?? '' },
      refused('wrong token'),
    ],
    ['an empty token', { tokens }, { token: '' }, refused('wrong token')],
    ['no token', { tokens }, {}, refused('nothing shown')],
    [
      'a certificate, of which no more is asked',
      { clientVerify: 'on' },
      { certificate: 'any' },
      as('any', 'certificate', 'write'),
    ],
    ['no certificate where one must be', { clientVerify: 'on' }, {}, refused('certificate needed')],
    ['no certificate where one may be', { clientVerify: 'optional' }, {}, as(null, 'none', 'write')],
    [
      'a certificate with a role',
      { clientVerify: 'optional', clientRoles },
      { certificate: 'board' },
      as('board', 'certificate', 'read-only'),
    ],
    [
      'a certificate without a role',
      { clientVerify: 'on', clientRoles },
      { certificate: 'other' },
      refused('no role'),
    ],
    [
      'a certificate left out, to get more than its role',
      { clientVerify: 'optional', clientRoles },
      {},
      refused('certificate needed'),
    ],
    [
      'one of all other certificates',
      { clientVerify: 'on', clientRoles: [...clientRoles, { name: '*', role: 'read-only' }] },
      { certificate: 'other' },
      as('other', 'certificate', 'read-only'),
    ],
    [
      'a certificate in place of a token',
      { tokens, clientVerify: 'optional', clientRoles },
      { certificate: 'deploy' },
      as('deploy', 'certificate', 'write'),
    ],
    [
      'a certificate and a token: the token counts',
      { tokens, clientVerify: 'optional' },
      { certificate: 'deploy', token: 'looks' },
      as('grafana', 'token', 'read-only'),
    ],
    [
      'a certificate and a wrong token',
      { tokens, clientVerify: 'optional' },
      { certificate: 'deploy', token: 'wrong' },
      refused('wrong token'),
    ],
    [
      'a certificate without a role, and no token',
      { tokens, clientVerify: 'optional', clientRoles },
      { certificate: 'other' },
      refused('nothing shown'),
    ],
  ])('%s', (_what, rules, shown, verdict) => {
    expect(aGate(rules).judge(show(shown))).toEqual(verdict)
  })

  it('takes each of two tokens of one name while they are changed, and none that is gone', () => {
    const gate = aGate({ tokens: [aToken('ci', 'old'), aToken('ci', 'new')] })
    expect(kinds(gate, ['old', 'new'])).toEqual(['let in', 'let in'])
    gate.replace({ tokens: [aToken('ci', 'new')], clientRoles: [], clientVerify: 'off' })
    expect(kinds(gate, ['old', 'new'])).toEqual(['refused', 'let in'])
  })
})

describe('Gate, where somebody guesses', () => {
  const guesses = (count: number): string[] => Array.from({ length: count }, (_, each) => `guess-${each}`)

  it('looks at ten guesses at once, and then at one a second, whatever they are', () => {
    let now = 0
    const gate = aGate({ tokens }, () => now)
    expect(count(kinds(gate, guesses(1000)))).toEqual({ refused: 10, 'put off': 990 })
    expect(gate.judge(show({ token: 'right' }))).toEqual({ kind: 'put off', waitMs: 1000 })
    now = 1000
    expect(count(kinds(gate, guesses(1000)))).toEqual({ refused: 1, 'put off': 999 })
    now = 2000
    expect(kinds(gate, ['right'])).toEqual(['let in'])
  })

  it('goes on with a token that was right from there before', () => {
    const gate = aGate({ tokens }, () => 0)
    kinds(gate, ['right'])
    kinds(gate, guesses(1000))
    expect(kinds(gate, ['right', 'looks'])).toEqual(['let in', 'put off'])
    expect(gate.judge(show({ token: 'looks', address: '192.0.2.2' })).kind).toBe('let in')
  })

  it('lets no token through that is gone, however often it was right', () => {
    const gate = aGate({ tokens }, () => 0)
    kinds(gate, ['right'])
    gate.replace({ tokens: [aToken('ci', 'next')], clientRoles: [], clientVerify: 'off' })
    expect(count(kinds(gate, Array<string>(50).fill('right')))).toEqual({ refused: 10, 'put off': 40 })
  })

  it('counts a network of IPv6 as one', () => {
    const gate = aGate({ tokens }, () => 0)
    const from = (host: number): Verdict =>
      gate.judge(show({ token: 'wrong', address: `2001:db8:1:2::${host}` }))
    expect(count(Array.from({ length: 100 }, (_, host) => from(host + 1).kind))).toEqual({
      refused: 10,
      'put off': 90,
    })
    expect(gate.judge(show({ token: 'right', address: '2001:db8:1:3::1' })).kind).toBe('let in')
  })

  it('puts off who shows nothing, but for his sake nobody who has a token', () => {
    const gate = aGate({ tokens }, () => 0)
    const bare = Array.from({ length: 50 }, () => gate.judge(show({})).kind)
    expect(count(bare)).toEqual({ refused: 10, 'put off': 40 })
    expect(kinds(gate, ['right'])).toEqual(['let in'])
  })

  it('never puts off a client certificate', () => {
    const gate = aGate({ tokens, clientVerify: 'optional' }, () => 0)
    kinds(gate, guesses(50))
    expect(gate.judge(show({ certificate: 'deploy' })).kind).toBe('let in')
  })
})

function kinds(gate: Gate, shown: readonly string[]): string[] {
  return shown.map((token) => gate.judge(show({ token })).kind)
}

function count(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1
  return counts
}
