import { hash } from 'node:crypto'
import { defineEntity, type EntityOf } from '../definition.ts'
import { readDotted } from '../dotted.ts'
import { string } from '../field.ts'
import { createdAt, id, ofConsumer, tags } from '../vocabulary.ts'

/** A name and a password by which a request proves that it is a consumer's. */
export const basicauthCredential = defineEntity({
  kind: 'basicauth_credentials',
  collection: 'basic-auths',
  endpointKey: 'username',
  cacheKey: ['username'],
  nested: { consumer: 'basic-auth' },
  transformation: {
    input: 'password',
    needs: ['consumer.id'],
    output: 'password',
    apply: (entity) => passwordHash(String(entity.password), String(readDotted(entity, 'consumer.id'))),
  },
  fields: {
    id,
    created_at: createdAt,
    consumer: ofConsumer,
    username: string({ required: true, unique: true }),
    password: string({ required: true, encrypted: true }),
    tags,
  },
})
/** `password` is its hash. */
export type BasicauthCredential = EntityOf<typeof basicauthCredential>

/** Kong's: SHA-1 of the password and the consumer's id, in hexadecimal digits. */
export function passwordHash(password: string, consumer: string): string {
  return hash('sha1', password + consumer)
}
