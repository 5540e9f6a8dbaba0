import type { Target, Upstream } from '@biplane/entities'
import { PersistentMap } from './persistent-map.ts'

/** An upstream with its targets, by their ids. The same object as long as none of them changes. */
export interface BalancedUpstream {
  readonly fields: Upstream
  readonly targets: PersistentMap<Target>
}

/** The upstreams of a config. Immutable: a change gives another one, in time proportional to the change. */
export class Balancers {
  static readonly empty = new Balancers(
    PersistentMap.empty(),
    PersistentMap.empty(),
    PersistentMap.empty(),
    PersistentMap.empty(),
  )
  readonly #upstreams: PersistentMap<BalancedUpstream>
  readonly #ids: PersistentMap<string>
  /** By the upstream that they are of, which may come after them. */
  readonly #targets: PersistentMap<PersistentMap<Target>>
  readonly #owners: PersistentMap<string>

  private constructor(
    upstreams: PersistentMap<BalancedUpstream>,
    ids: PersistentMap<string>,
    targets: PersistentMap<PersistentMap<Target>>,
    owners: PersistentMap<string>,
  ) {
    this.#upstreams = upstreams
    this.#ids = ids
    this.#targets = targets
    this.#owners = owners
  }

  named(name: string): BalancedUpstream | undefined {
    const id = this.#ids.get(name)
    return id === undefined ? undefined : this.#upstreams.get(id)
  }

  get(id: string): BalancedUpstream | undefined {
    return this.#upstreams.get(id)
  }

  /** The upstream of a target. */
  ofTarget(id: string): BalancedUpstream | undefined {
    const owner = this.#owners.get(id)
    return owner === undefined ? undefined : this.#upstreams.get(owner)
  }

  upstreams(): Iterable<BalancedUpstream> {
    return this.#upstreams.values()
  }

  putUpstream(fields: Upstream): Balancers {
    const targets = this.#targets.get(fields.id) ?? PersistentMap.empty()
    const ids = this.#withoutName(fields.id).set(fields.name, fields.id)
    const upstreams = this.#upstreams.set(fields.id, { fields, targets })
    return new Balancers(upstreams, ids, this.#targets, this.#owners)
  }

  deleteUpstream(id: string): Balancers {
    return new Balancers(this.#upstreams.delete(id), this.#withoutName(id), this.#targets, this.#owners)
  }

  putTarget(target: Target): Balancers {
    const { id } = target.upstream
    const before = this.#owners.get(target.id) === id ? this : this.deleteTarget(target.id)
    const targets = (before.#targets.get(id) ?? PersistentMap.empty()).set(target.id, target)
    return before.#withTargets(id, targets, before.#owners.set(target.id, id))
  }

  deleteTarget(target: string): Balancers {
    const id = this.#owners.get(target)
    const targets = id === undefined ? undefined : this.#targets.get(id)?.delete(target)
    if (id === undefined || targets === undefined) return this
    return this.#withTargets(id, targets, this.#owners.delete(target))
  }

  #withTargets(id: string, of: PersistentMap<Target>, owners: PersistentMap<string>): Balancers {
    const known = this.#upstreams.get(id)
    const upstreams =
      known === undefined ? this.#upstreams : this.#upstreams.set(id, { ...known, targets: of })
    const targets = of.size === 0 ? this.#targets.delete(id) : this.#targets.set(id, of)
    return new Balancers(upstreams, this.#ids, targets, owners)
  }

  /** Its name may be another upstream's by now. */
  #withoutName(id: string): PersistentMap<string> {
    const name = this.#upstreams.get(id)?.fields.name
    return name !== undefined && this.#ids.get(name) === id ? this.#ids.delete(name) : this.#ids
  }
}
