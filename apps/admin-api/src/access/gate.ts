import { createHash, timingSafeEqual } from 'node:crypto'
import type { AdminToken, NamedRole } from '@biplane/service'
import { Budget } from './budget.ts'
import { anonymous, type Caller } from './caller.ts'
import { neighbourhood } from './neighbourhood.ts'

/** Who may come in. */
export interface AccessRules {
  /** Without any, none is asked for. */
  readonly tokens: readonly AdminToken[]
  /** By the names of client certificates; without any, all that are trusted may write. */
  readonly clientRoles: readonly NamedRole[]
  readonly clientVerify: 'off' | 'optional' | 'on'
}

/** What a request shows of who makes it. */
export interface Shown {
  readonly address: string
  readonly token: string | null
  /** The name of a client certificate that is trusted. */
  readonly certificate: string | null
}

export type Verdict =
  | { readonly kind: 'let in'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** Refused without a look at the token, so that nobody can guess quickly. */
  | { readonly kind: 'put off'; readonly waitMs: number }

export type Reason = 'nothing shown' | 'wrong token' | 'certificate needed' | 'no role'

/** Ten at once, then one a second. */
const GUESSES = { atOnce: 10, everyMs: 1000, mostPayers: 10_000 }
const MOST_PROVEN = 10_000

/**
 * Judges who makes a request, for all listeners of the process together.
 *
 * Wrong tokens cost the neighbourhood that they come from a budget, and while that is spent no token from there is even
 * looked at: whoever guesses learns nothing. Others behind the same address must not suffer for it, so a token that
 * was right there before is let in all the same; it tells who guesses nothing, for he would have to have it. Only a
 * token that is new to an address waits until one of its tries is judged. What shows no token at all guesses nothing: it has a
 * budget of its own, and can put nobody off who has one.
 */
export class Gate {
  readonly #now: () => number
  readonly #guesses = new Budget(GUESSES)
  readonly #bare = new Budget(GUESSES)
  /** Neighbourhoods with the hashes of tokens that were right there; the one that was used last comes last. */
  readonly #proven = new Set<string>()
  #rules: AccessRules
  #tokens: readonly KnownToken[]

  /** @param now of any steady clock, in milliseconds */
  constructor(rules: AccessRules, now: () => number) {
    this.#rules = rules
    this.#tokens = rules.tokens.map(toKnown)
    this.#now = now
  }

  /** From the next request on. */
  replace(rules: AccessRules): void {
    this.#rules = rules
    this.#tokens = rules.tokens.map(toKnown)
  }

  judge({ address, token, certificate }: Shown): Verdict {
    const { tokens, clientRoles, clientVerify } = this.#rules
    if (tokens.length > 0 && token !== null) return this.#judgeToken(token, address)
    if (certificate !== null) {
      const role = roleOf(certificate, clientRoles)
      if (role !== null) {
        return { kind: 'let in', caller: { name: certificate, proof: 'certificate', address, role } }
      }
      if (tokens.length === 0) return { kind: 'refused', reason: 'no role' }
    }
    if (tokens.length > 0) return this.#refuseBare(neighbourhood(address))
    // Roles by certificate would be none if leaving it out gave more.
    if (clientVerify === 'on' || clientRoles.length > 0)
      return { kind: 'refused', reason: 'certificate needed' }
    return { kind: 'let in', caller: anonymous(address) }
  }

  #judgeToken(token: string, address: string): Verdict {
    const hash = createHash('sha256').update(token).digest()
    const payer = neighbourhood(address)
    const proof = `${payer} ${hash.toString('hex')}`
    const now = this.#now()
    const waitMs = this.#proven.delete(proof) ? 0 : this.#guesses.waitMs(payer, now)
    if (waitMs > 0) return { kind: 'put off', waitMs }
    const known = matching(this.#tokens, hash)
    if (known === undefined) {
      this.#guesses.pay(payer, now)
      return { kind: 'refused', reason: 'wrong token' }
    }
    this.#remember(proof)
    const { name, role } = known
    return { kind: 'let in', caller: { name, proof: 'token', address, role } }
  }

  #remember(proof: string): void {
    const [oldest] = this.#proven
    if (this.#proven.size >= MOST_PROVEN && oldest !== undefined) this.#proven.delete(oldest)
    this.#proven.add(proof)
  }

  #refuseBare(payer: string): Verdict {
    const now = this.#now()
    const waitMs = this.#bare.waitMs(payer, now)
    if (waitMs > 0) return { kind: 'put off', waitMs }
    this.#bare.pay(payer, now)
    return { kind: 'refused', reason: 'nothing shown' }
  }
}

interface KnownToken extends NamedRole {
  readonly hash: Buffer
}

const toKnown = ({ name, role, sha256 }: AdminToken): KnownToken => ({
  name,
  role,
  hash: Buffer.from(sha256, 'hex'),
})

/** Looks at all of them to the end, so that the time it takes tells nothing. */
function matching(tokens: readonly KnownToken[], hash: Buffer): KnownToken | undefined {
  let found: KnownToken | undefined
  for (const token of tokens) if (timingSafeEqual(token.hash, hash)) found = token
  return found
}

/** Null for a name that has none. */
function roleOf(name: string, roles: readonly NamedRole[]): Caller['role'] | null {
  if (roles.length === 0) return 'write'
  const named = roles.find((each) => each.name === name) ?? roles.find((each) => each.name === '*')
  return named?.role ?? null
}
