import type { Kind } from '@biplane/entities'

/**
 * Which fields of which kinds the store can find entities by. Fields are paths into the entity (`key`, `consumer.id`);
 * unset ones are not found. Entities of a kind without lookups are never parsed.
 */
export type Lookups = Readonly<Record<Kind, KindLookups>>

export interface KindLookups {
  /** Fields whose value belongs to one entity of the kind at most. */
  readonly unique?: readonly string[]
  /** Fields whose value many entities may share: references, mostly. */
  readonly lists?: readonly string[]
}
