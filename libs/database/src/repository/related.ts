import type { Entity, Kind } from '@biplane/entities'

/** Reading inside the transaction of a write: for checks of an entity against those it is linked with. */
export interface Related {
  get(kind: Kind, id: string): Promise<Entity | undefined>
  /** All entities of a kind whose reference `field` is `id`. */
  referencing(kind: Kind, field: string, id: string): Promise<readonly Entity[]>
}
