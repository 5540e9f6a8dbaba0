import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { createdAt, id } from '../vocabulary.ts'

/** What the acme plugin keeps: its account, certificates under way, challenges to answer. */
export const acmeStorage = defineEntity({
  kind: 'acme_storage',
  collection: 'acme_storage',
  cacheKey: ['key'],
  ttl: true,
  secrets: ['value'],
  fields: {
    id,
    key: string({ required: true, unique: true, auto: true }),
    value: string({ required: true, auto: true }),
    created_at: createdAt,
  },
})
export type AcmeStorage = EntityOf<typeof acmeStorage> & { readonly expires_at: number | null }
