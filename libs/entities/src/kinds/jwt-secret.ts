import { conditional } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { readPublicKey } from '../validators/pem.ts'
import { createdAt, id, ofConsumer, tags } from '../vocabulary.ts'

/** What the JSON Web Tokens of a consumer are verified with: a secret, or a public key for the algorithms that have pairs. */
export const jwtSecret = defineEntity({
  kind: 'jwt_secrets',
  collection: 'jwts',
  endpointKey: 'key',
  cacheKey: ['key'],
  nested: { consumer: 'jwt' },
  secrets: ['secret'],
  fields: {
    id,
    created_at: createdAt,
    consumer: ofConsumer,
    key: string({ required: false, unique: true, auto: true }),
    secret: string({ auto: true }),
    rsa_public_key: string(),
    algorithm: string({
      default: 'HS256',
      one_of: ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384'],
    }),
    tags,
  },
  checks: [
    // Kong asks it of RSA alone: a curve's key that is missing fails no write, but every token.
    conditional({
      if_field: 'algorithm',
      if_match: { match_any: { patterns: ['^RS256$', '^RS384$', '^RS512$'] } },
      then_field: 'rsa_public_key',
      then_match: {
        required: true,
        custom: (pem) => (readPublicKey(pem) === undefined ? 'invalid key' : undefined),
      },
    }),
  ],
})
export type JwtSecret = EntityOf<typeof jwtSecret>
