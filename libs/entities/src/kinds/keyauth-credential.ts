import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { createdAt, id, ofConsumer, tags } from '../vocabulary.ts'

/** A key by which a request proves that it is a consumer's. */
export const keyauthCredential = defineEntity({
  kind: 'keyauth_credentials',
  collection: 'key-auths',
  endpointKey: 'key',
  cacheKey: ['key'],
  nested: { consumer: 'key-auth' },
  ttl: true,
  secrets: ['key'],
  fields: {
    id,
    created_at: createdAt,
    consumer: ofConsumer,
    key: string({ required: false, unique: true, auto: true }),
    tags,
  },
})
/** `expires_at` is in seconds since the epoch, null for ever. */
export type KeyauthCredential = EntityOf<typeof keyauthCredential> & { readonly expires_at: number | null }
