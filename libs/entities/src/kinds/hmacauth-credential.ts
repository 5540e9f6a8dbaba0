import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { createdAt, id, ofConsumer, tags } from '../vocabulary.ts'

/** A name and a secret by which a request is signed as a consumer's. */
export const hmacauthCredential = defineEntity({
  kind: 'hmacauth_credentials',
  collection: 'hmac-auths',
  endpointKey: 'username',
  cacheKey: ['username'],
  nested: { consumer: 'hmac-auth' },
  secrets: ['secret'],
  fields: {
    id,
    created_at: createdAt,
    consumer: ofConsumer,
    username: string({ required: true, unique: true }),
    secret: string({ auto: true }),
    tags,
  },
})
export type HmacauthCredential = EntityOf<typeof hmacauthCredential>
