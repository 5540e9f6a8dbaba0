import { pbkdf2Sync } from 'node:crypto'
import { defineEntity, type EntityOf } from '../definition.ts'
import { array, boolean, string } from '../field.ts'
import { urlParts } from '../validators/url.ts'
import { createdAt, id, ofConsumer, tags } from '../vocabulary.ts'

/** An application of a consumer, which asks for tokens. */
export const oauth2Credential = defineEntity({
  kind: 'oauth2_credentials',
  collection: 'oauth2',
  endpointKey: 'client_id',
  cacheKey: ['client_id'],
  nested: { consumer: 'oauth2' },
  transformation: {
    input: 'hash_secret',
    needs: ['client_secret'],
    output: 'client_secret',
    apply: ({ hash_secret: hashed, client_secret: secret = null }, salt) =>
      hashed === true && typeof secret === 'string' ? secretHash(secret, salt()) : secret,
  },
  fields: {
    id,
    created_at: createdAt,
    consumer: ofConsumer,
    name: string({ required: true }),
    client_id: string({ required: false, unique: true, auto: true }),
    client_secret: string({ required: false, auto: true, encrypted: true }),
    hash_secret: boolean({ required: true, default: false }),
    redirect_uris: array(string({ custom: redirectProblem }), { required: false }),
    tags,
    client_type: string({
      required: true,
      default: 'confidential',
      one_of: ['confidential', 'public'],
    }),
  },
})
/** `client_secret` is its hash where `hash_secret` is set. */
export type Oauth2Credential = EntityOf<typeof oauth2Credential>

function redirectProblem(uri: string): string | undefined {
  const { scheme, host } = urlParts(uri)
  if (scheme === undefined || host === undefined) return `cannot parse '${uri}'`
  return uri.includes('#') ? `fragment not allowed in '${uri}'` : undefined
}

const ITERATIONS = 10_000
const HASH_BYTES = 32
const SALT_BYTES = 16

/** In the PHC string format: algorithm, parameters, salt and hash, the last two in base64 without padding. */
function secretHash(secret: string, key: string): string {
  const salt = Buffer.from(key).subarray(0, SALT_BYTES)
  const hash = pbkdf2Sync(secret, salt, ITERATIONS, HASH_BYTES, 'sha512')
  const [shownSalt, shownHash] = [salt, hash].map((bytes) => bytes.toString('base64').replaceAll('=', ''))
  return `$pbkdf2-sha512$i=${ITERATIONS},l=${HASH_BYTES}$${shownSalt}$${shownHash}`
}
