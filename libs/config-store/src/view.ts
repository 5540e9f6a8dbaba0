import type { Kind } from '@biplane/entities'
import type { Position } from '@biplane/protocol'

/** An entity as stored: its canonical JSON bytes, a copy that stays valid. */
export interface StoredEntity {
  readonly kind: Kind
  readonly id: string
  readonly bytes: Uint8Array
}

/** What can be read of a config. All of it is synchronous: the file is mapped into memory. */
export interface ConfigView {
  readonly position: Position
  get(kind: Kind, id: string): Uint8Array | undefined
  /** The id of the entity of this kind whose unique field has this value. */
  lookup(kind: Kind, field: string, value: string): string | undefined
  /** The ids of the entities of this kind whose list field has this value, in order of id. */
  list(kind: Kind, field: string, value: string): Iterable<string>
  /** All entities, or those of one kind, in order of kind and id; read as they are asked for. */
  entities(kind?: Kind): Iterable<StoredEntity>
}

/** A config at one revision: it stays as it is, whatever is applied meanwhile, until it is released. */
export interface PinnedView extends ConfigView {
  /** Ends the view; what is read of it afterwards throws. Releasing twice is harmless. */
  release(): void
}
