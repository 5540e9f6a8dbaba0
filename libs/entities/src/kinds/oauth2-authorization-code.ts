import { defineEntity, type EntityOf } from '../definition.ts'
import { foreign, string } from '../field.ts'
import { createdAt, id } from '../vocabulary.ts'

/** What an application exchanges for a token, once. Nodes that issue them would have to write them, so none get any. */
export const oauth2AuthorizationCode = defineEntity({
  kind: 'oauth2_authorization_codes',
  collection: null,
  ttl: true,
  exportedWhen: () => false,
  secrets: ['code', 'challenge'],
  fields: {
    id,
    created_at: createdAt,
    service: foreign('services', { default: null, on_delete: 'cascade' }),
    credential: foreign('oauth2_credentials', { required: true, on_delete: 'cascade' }),
    code: string({ required: false, unique: true, auto: true }),
    authenticated_userid: string({ required: false }),
    scope: string(),
    challenge: string({ required: false }),
    challenge_method: string({ required: false, one_of: ['S256'] }),
    plugin: foreign('plugins', { default: null, on_delete: 'cascade' }),
  },
})
export type Oauth2AuthorizationCode = EntityOf<typeof oauth2AuthorizationCode> & {
  readonly expires_at: number | null
}
