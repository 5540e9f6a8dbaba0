import { PersistentMap } from '../runtime/persistent-map.ts'

interface Membership {
  readonly consumer: string
  readonly group: string
}

/** Which groups each consumer is in. Immutable. */
export class ConsumerGroups {
  readonly #names: PersistentMap<string>
  readonly #memberships: PersistentMap<Membership>
  readonly #ofConsumer: PersistentMap<readonly string[]>

  private constructor(
    names: PersistentMap<string>,
    memberships: PersistentMap<Membership>,
    ofConsumer: PersistentMap<readonly string[]>,
  ) {
    this.#names = names
    this.#memberships = memberships
    this.#ofConsumer = ofConsumer
  }

  static readonly empty = new ConsumerGroups(
    PersistentMap.empty(),
    PersistentMap.empty(),
    PersistentMap.empty(),
  )

  /** The ids of a consumer's groups, in no order. */
  idsOf(consumer: string): readonly string[] {
    return this.#ofConsumer.get(consumer) ?? []
  }

  /** The same in the order of their names, in which they are asked for what is configured. */
  inOrder(consumer: string): readonly string[] {
    return this.idsOf(consumer).toSorted((a, b) => (this.#nameOf(a) < this.#nameOf(b) ? -1 : 1))
  }

  /** Their names, in that order. */
  namesOf(consumer: string): readonly string[] {
    return this.inOrder(consumer).map((id) => this.#nameOf(id))
  }

  #nameOf(id: string): string {
    return this.#names.get(id) ?? ''
  }

  name(id: string, name: string): ConsumerGroups {
    return new ConsumerGroups(this.#names.set(id, name), this.#memberships, this.#ofConsumer)
  }

  forget(id: string): ConsumerGroups {
    return new ConsumerGroups(this.#names.delete(id), this.#memberships, this.#ofConsumer)
  }

  join(id: string, membership: Membership): ConsumerGroups {
    const { consumer, group } = membership
    const without = this.leave(id)
    return new ConsumerGroups(
      without.#names,
      without.#memberships.set(id, membership),
      without.#ofConsumer.set(consumer, [...without.idsOf(consumer), group]),
    )
  }

  leave(id: string): ConsumerGroups {
    const membership = this.#memberships.get(id)
    if (membership === undefined) return this
    const { consumer, group } = membership
    const ids = this.idsOf(consumer)
    // Another membership may have brought the same group within one update, before this one is deleted.
    const left = ids.toSpliced(ids.indexOf(group), 1)
    return new ConsumerGroups(
      this.#names,
      this.#memberships.delete(id),
      left.length === 0 ? this.#ofConsumer.delete(consumer) : this.#ofConsumer.set(consumer, left),
    )
  }
}
