import type { Turns } from '../balancer/address.ts'
import { LocalTurns } from '../balancer/local-state.ts'
import type { DnsSettings, RecordType } from './dns-settings.ts'
import { type NameSources, type Place, resolveName } from './resolve-name.ts'

/** Where a name leads, until a time in milliseconds of the epoch. */
export type Resolved =
  | {
      readonly kind: 'found'
      readonly places: readonly Place[]
      /** What was asked for. */
      readonly type: RecordType
      /** In which those that ask come to the places. */
      readonly turns: Turns
      readonly until: number
    }
  | { readonly kind: 'not-found'; readonly until: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly until: number }

interface Entry {
  readonly turns: Turns
  resolved?: Resolved
  /** What answered last, and is asked for first. */
  last?: RecordType
  asking?: Promise<Resolved>
}

/** The names that a worker resolves, with what it remembers of them. */
export class Names {
  readonly #entries = new Map<string, Entry>()
  readonly #sources: NameSources
  readonly #settings: DnsSettings
  readonly #clock: () => number

  /** @param clock milliseconds since the epoch */
  constructor(sources: NameSources, settings: DnsSettings, clock: () => number) {
    this.#sources = sources
    this.#settings = settings
    this.#clock = clock
  }

  /** Known at once as long as the answer holds, and for a while longer; meanwhile it is asked for anew. */
  lookup(name: string): Resolved | Promise<Resolved> {
    const entry = this.#entry(name)
    const { resolved } = entry
    if (resolved === undefined) return this.#ask(name, entry)
    const late = this.#clock() - resolved.until
    if (late < 0) return resolved
    const asking = this.#ask(name, entry)
    const isStale = resolved.kind === 'found' && late < this.#settings.dns_stale_ttl * 1000
    return isStale ? resolved : asking
  }

  /** How many are remembered. */
  get size(): number {
    return this.#entries.size
  }

  /** The one that was asked for longest ago is forgotten first. */
  #entry(name: string): Entry {
    const known = this.#entries.get(name)
    const entry = known ?? { turns: new LocalTurns() }
    if (known !== undefined) this.#entries.delete(name)
    this.#entries.set(name, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#settings.dns_cache_size && oldest !== undefined)
      this.#entries.delete(oldest)
    return entry
  }

  /** Whoever asks at the same time gets the same answer, unless the settings will not have it. */
  #ask(name: string, entry: Entry): Promise<Resolved> {
    if (this.#settings.dns_no_sync) return this.#resolve(name, entry)
    entry.asking ??= this.#resolve(name, entry).finally(() => {
      delete entry.asking
    })
    return entry.asking
  }

  async #resolve(name: string, entry: Entry): Promise<Resolved> {
    const { dns_valid_ttl, dns_not_found_ttl, dns_error_ttl } = this.#settings
    const answer = await resolveName(name, this.#types(entry.last), this.#sources)
    const now = this.#clock()
    const resolved = ((): Resolved => {
      switch (answer.kind) {
        case 'found': {
          const seconds = answer.ttl === Number.POSITIVE_INFINITY ? answer.ttl : (dns_valid_ttl ?? answer.ttl)
          entry.last = answer.type
          const { places, type } = answer
          return { kind: 'found', places, type, turns: entry.turns, until: now + seconds * 1000 }
        }
        case 'not-found':
          return { kind: 'not-found', until: now + dns_not_found_ttl * 1000 }
        case 'failed':
          return { kind: 'failed', reason: answer.reason, until: now + dns_error_ttl * 1000 }
      }
    })()
    // What holds for no time is asked for every time.
    if (resolved.until > now) entry.resolved = resolved
    else delete entry.resolved
    return resolved
  }

  #types(last: RecordType | undefined): readonly RecordType[] {
    const order = this.#settings.dns_order.flatMap((type): (RecordType | undefined)[] => {
      if (type === 'LAST') return [last]
      // Aliases are followed with the addresses.
      return type === 'CNAME' ? [] : [type]
    })
    const types = new Set(order.filter((type) => type !== undefined))
    return types.size > 0 ? [...types] : ['A']
  }
}
