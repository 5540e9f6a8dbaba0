import {
  rules as allRules,
  type Capability,
  capabilityKey,
  compileDowngrade,
  type Downgrade as EntityDowngrade,
  type Rule,
  refusalReason,
} from '@biplane/compat'
import { decodeChange, type EncodedChange, encodeChange, type Position } from '@biplane/protocol'
import type { Logger } from '@biplane/service'
import { ConfiguredPlugins } from './configured-plugins.ts'
import { Edition } from './edition.ts'
import type { Downgrade, Replacement } from './reduce.ts'
import type { Slots } from './slots.ts'
import type { Pinned } from './snapshot.ts'
import { toldOnce } from './told-once.ts'
import { View } from './view.ts'

/** The hub's own copy of the config, as far as views read it. */
export interface ConfigCopy {
  readonly position: Position
  get(kind: string, id: string): Uint8Array | undefined
  entities(
    kind?: string,
  ): Iterable<{ readonly kind: string; readonly id: string; readonly bytes: Uint8Array }>
  pin(): Pinned
}

export interface ViewsOptions {
  readonly copy: ConfigCopy
  readonly slots: Slots
  /** How much of the recent past each edition keeps. */
  readonly windowBytes: number
  /** How long what nobody uses is kept, for nodes that come back. */
  readonly lingerMs: number
  readonly refuseInsecure: boolean
  /** Where it is told what older nodes are not. */
  readonly log: Pick<Logger, 'warn'>
  readonly rules?: readonly Rule[]
  readonly signal: AbortSignal
}

/** The use of a view by one session. Releasing twice is harmless. */
export interface Lease {
  readonly view: View
  release(): void
}

interface Shared {
  readonly view: View
  readonly edition: string
  users: number
  expiry: NodeJS.Timeout | undefined
}

/**
 * All views of the hub, each alive while a node uses it. Editions, which hold what costs memory, are shared by views
 * that differ in plugins only; the unreduced one stays, so that nodes which come back find the recent past.
 */
export class Views {
  readonly #options: ViewsOptions
  readonly #views = new Map<string, Shared>()
  /** By what makes them differ from the full config. */
  readonly #editions = new Map<string, Edition>()
  readonly #pins = new Set<Promise<void>>()
  #configured: ConfiguredPlugins

  constructor(options: ViewsOptions) {
    this.#options = options
    this.#configured = ConfiguredPlugins.of(options.copy.entities('plugins'))
    this.#editions.set(WHOLE, this.#edition(EVERYTHING))
  }

  get position(): Position {
    return this.#options.copy.position
  }

  /** How many views are in use or linger. */
  get size(): number {
    return this.#views.size
  }

  use(capability: Capability): Lease {
    const key = capabilityKey(capability)
    const shared = this.#views.get(key) ?? this.#share(key, capability)
    clearTimeout(shared.expiry)
    shared.users += 1
    let released = false
    const release = () => {
      if (released) return
      released = true
      shared.users -= 1
      if (shared.users === 0) shared.expiry = this.#expire(key)
    }
    return { view: shared.view, release }
  }

  /** Looks up what a delta is about to replace. To be called before the copy applies it. */
  stage(changes: readonly EncodedChange[]): Replacement[] {
    const reducing = [...this.#editions.values()].some((edition) => edition.reduces)
    return changes.map((change) => {
      const needed = reducing || change.kind === 'plugins'
      const before = needed ? (this.#options.copy.get(change.kind, change.id) ?? null) : null
      return { ...change, before }
    })
  }

  /** The copy has applied a staged delta, in this turn. */
  advance(to: Position, replacements: readonly Replacement[]): void {
    this.#configured.apply(replacements)
    for (const edition of this.#editions.values()) edition.advance(to, replacements)
  }

  /** The copy holds another config. Resolves when nothing reads the one before it any more. */
  async replace(configured: ConfiguredPlugins): Promise<void> {
    this.#configured = configured
    for (const edition of this.#editions.values()) edition.replace(this.#options.copy.position)
    await Promise.all(this.#pins)
  }

  #share(key: string, capability: Capability): Shared {
    const name = editionOf(capability)
    const edition = this.#editions.get(name) ?? this.#edition(capability)
    this.#editions.set(name, edition)
    const { copy, slots } = this.#options
    const full = () => copy.position
    const view = new View(capability, edition, full, () => this.#configured.names, slots)
    const shared: Shared = { view, edition: name, users: 0, expiry: undefined }
    this.#views.set(key, shared)
    return shared
  }

  #edition(reading: Reading): Edition {
    const { copy, windowBytes, signal } = this.#options
    return new Edition({
      position: copy.position,
      downgrade: editionOf(reading) === WHOLE ? null : this.#downgrade(reading),
      windowBytes,
      signal,
      pin: () => this.#pin(),
      configured: () => this.#configured.names,
    })
  }

  #downgrade({ before, unknownKinds }: Reading): Downgrade {
    const { rules = allRules, refuseInsecure, log } = this.#options
    return encoded(toldOnce(compileDowngrade(rules, before, { refuseInsecure, unknownKinds }), before, log))
  }

  #pin(): Pinned {
    const pinned = this.#options.copy.pin()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#pins.add(promise)
    const release = () => {
      pinned.release()
      this.#pins.delete(promise)
      resolve()
    }
    return { position: pinned.position, entities: () => pinned.entities(), release }
  }

  #expire(key: string): NodeJS.Timeout {
    const drop = () => {
      const edition = this.#views.get(key)?.edition ?? WHOLE
      this.#views.delete(key)
      const used = edition === WHOLE || [...this.#views.values()].some((shared) => shared.edition === edition)
      if (!used) this.#editions.delete(edition)
    }
    return setTimeout(drop, this.#options.lingerMs).unref()
  }
}

/** What of a capability decides how an entity reads. */
type Reading = Pick<Capability, 'before' | 'unknownKinds'>

function editionOf({ before, unknownKinds }: Reading): string {
  return JSON.stringify([before, unknownKinds])
}

const EVERYTHING: Reading = { before: null, unknownKinds: [] }
const WHOLE = editionOf(EVERYTHING)

/** The rules speak of entities; what they do not concern is passed on without being decoded. */
function encoded(downgrade: EntityDowngrade): Downgrade {
  return (change) => {
    if (!downgrade.concerns(change.kind)) return { kind: 'change', change, reductions: [] }
    const decoded = decodeChange(change)
    const downgraded = downgrade.apply(decoded)
    if (downgraded.kind === 'omitted') return { ...downgraded, kind: 'change', change: null }
    if (downgraded.kind === 'refused') {
      return { kind: 'refused', reason: refusalReason(downgraded.rule, change.kind, change.id) }
    }
    const untouched = downgraded.change === decoded
    const { reductions } = downgraded
    return { kind: 'change', change: untouched ? change : encodeChange(downgraded.change), reductions }
  }
}
