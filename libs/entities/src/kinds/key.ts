import { atLeastOneOf, customCheck, mutuallyExclusive } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import { foreign, record, string } from '../field.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { readPrivateKey, readPublicKey } from '../validators/pem.ts'
import { isVaultReference } from '../vault-reference.ts'
import { createdAt, id, tags, updatedAt } from '../vocabulary.ts'
import { jwkProblem } from './jwk.ts'

/** A key that plugins sign, verify or encrypt with: as a JSON Web Key or as PEM. */
export const key = defineEntity({
  kind: 'keys',
  collection: 'keys',
  endpointKey: 'name',
  nested: { set: 'keys' },
  uniqueTogether: [['kid', 'set']],
  cacheKey: ['kid', 'set'],
  fields: {
    id,
    set: foreign('key_sets', {
      required: false,
      on_delete: 'cascade',
      description: 'The id of the key-set with which to associate the key.',
    }),
    name: string({
      required: false,
      unique: true,
      description: 'The name to associate with the given keys.',
    }),
    kid: string({ required: true, unique: false, description: 'A unique identifier for a key.' }),
    jwk: string({
      referenceable: true,
      encrypted: true,
      description: 'A JSON Web Key represented as a string.',
    }),
    pem: record(
      {
        private_key: string({ required: false, referenceable: true, encrypted: true }),
        public_key: string({ required: false, referenceable: true }),
      },
      {
        required: false,
        custom: pemProblem,
        description:
          'A pair of PEM-encoded public and private keys, which can be either a string or a reference to a credential in Kong Vault. If provided as strings, they must be valid PEM-encoded keys.',
      },
    ),
    tags,
    created_at: createdAt,
    updated_at: updatedAt,
  },
  checks: [
    mutuallyExclusive('jwk', 'pem'),
    atLeastOneOf('jwk', 'pem'),
    customCheck(['jwk', 'pem', 'kid'], judgeForms),
  ],
})
export type Key = EntityOf<typeof key>

interface PemPair {
  readonly private_key: string | null
  readonly public_key: string | null
}

function pemProblem({ private_key: ours, public_key: theirs }: PemPair): string | undefined {
  if ([ours, theirs].some(isVaultReference)) return undefined
  const publicKey = theirs === null ? undefined : readPublicKey(theirs)
  // A private key is readable as the public one of its pair, but it must not stand where others look.
  if (theirs !== null && (publicKey === undefined || !theirs.includes(' PUBLIC KEY-----')))
    return 'could not load public key'
  const privateKey = ours === null ? undefined : readPrivateKey(ours)
  if (ours !== null && privateKey === undefined) return 'could not load private key'
  if (ours === null || publicKey === undefined) return undefined
  return readPublicKey(ours)?.equals(publicKey) ? undefined : 'public key does not match private key'
}

function judgeForms({ jwk, pem, kid = null }: JsonObject): string | undefined {
  const problem = typeof jwk === 'string' ? jwkProblem(jwk, kid) : undefined
  if (problem !== undefined || !isJsonObject(pem)) return problem
  if (pem.private_key !== null || pem.public_key !== null) return undefined
  return 'need to supply a PEM formatted public and/or private key.'
}
