import { defineEntity, type EntityOf } from '../definition.ts'
import { integer, string } from '../field.ts'
import { createdAt, id } from '../vocabulary.ts'

/** A session that the session plugin keeps for itself: nodes get none. */
export const session = defineEntity({
  kind: 'sessions',
  collection: 'sessions',
  endpointKey: 'session_id',
  cacheKey: ['session_id'],
  ttl: true,
  exportedWhen: () => false,
  secrets: ['session_id', 'data'],
  fields: {
    id,
    session_id: string({ required: true, unique: true }),
    expires: integer(),
    data: string(),
    created_at: createdAt,
  },
})
export type Session = EntityOf<typeof session> & { readonly expires_at: number | null }
