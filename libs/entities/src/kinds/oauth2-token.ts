import { defineEntity, type EntityOf } from '../definition.ts'
import { foreign, integer, string } from '../field.ts'
import { createdAt, id } from '../vocabulary.ts'

/** What an application got to make requests with, on one service or on all. */
export const oauth2Token = defineEntity({
  kind: 'oauth2_tokens',
  collection: 'oauth2_tokens',
  endpointKey: 'access_token',
  cacheKey: ['access_token'],
  nested: { service: 'oauth2_tokens', credential: 'oauth2_tokens' },
  ttl: true,
  secrets: ['access_token', 'refresh_token'],
  fields: {
    id,
    created_at: createdAt,
    service: foreign('services', { default: null, on_delete: 'cascade' }),
    credential: foreign('oauth2_credentials', { required: true, on_delete: 'cascade' }),
    token_type: string({ required: true, default: 'bearer', one_of: ['bearer'] }),
    expires_in: integer({ required: true }),
    access_token: string({ required: false, unique: true, auto: true }),
    refresh_token: string({ required: false, unique: true }),
    authenticated_userid: string({ required: false }),
    scope: string(),
  },
})
/** `expires_at` is in seconds since the epoch, null for ever. */
export type Oauth2Token = EntityOf<typeof oauth2Token> & { readonly expires_at: number | null }
