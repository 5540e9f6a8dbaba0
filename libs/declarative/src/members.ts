import type { Kind } from '@biplane/entities'

/** A list of names in an entity that stands for entities between it and those that are named. */
export interface MemberList {
  /** The kind of the entity that holds the list. */
  readonly holder: Kind
  readonly list: string
  /** The kind that each member declares, and the reference of it that the member fills. */
  readonly declares: Kind
  readonly names: string
}

/** Memberships as decK writes them: a group lists its consumers, a consumer its groups. */
export const memberLists: readonly MemberList[] = [
  { holder: 'consumer_groups', list: 'consumers', declares: 'consumer_group_consumers', names: 'consumer' },
  { holder: 'consumers', list: 'groups', declares: 'consumer_group_consumers', names: 'consumer_group' },
]
