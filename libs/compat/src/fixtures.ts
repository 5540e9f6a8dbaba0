import type { JsonObject, Kind } from '@biplane/entities'
import type { Change } from '@biplane/protocol'

/** An upsert of an entity with an id of its own. */
export function anUpsert(kind: Kind, fields: JsonObject, id = 'an-id'): Change & { readonly op: 'upsert' } {
  return { op: 'upsert', kind, id, entity: { ...fields, id } }
}
