import { customCheck, type Moment } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import type { JsonObject } from '../json.ts'
import { readCertificate } from '../validators/pem.ts'
import { certificatePem, createdAt, id, tags, updatedAt } from '../vocabulary.ts'

/** A certificate by which those that others show are verified. */
export const caCertificate = defineEntity({
  kind: 'ca_certificates',
  collection: 'ca_certificates',
  normalize: digestOf,
  fields: {
    id,
    created_at: createdAt,
    updated_at: updatedAt,
    cert: certificatePem({ required: true }),
    cert_digest: string({ unique: true }),
    tags,
  },
  checks: [customCheck(['cert'], judgeAuthority)],
})
/** `cert_digest` is the SHA-256 of the certificate in hexadecimal digits. */
export type CaCertificate = EntityOf<typeof caCertificate>

function judgeAuthority({ cert }: JsonObject, { now }: Moment): string | undefined {
  if (typeof cert !== 'string') return undefined
  if ((cert.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0) > 1)
    return 'please submit only one certificate at a time'
  const read = readCertificate(cert)
  if (read === undefined) return undefined
  if (Date.parse(read.validTo) < now * 1000) return 'certificate expired, "Not After" time is in the past'
  if (!read.ca)
    return 'certificate does not appear to be a CA because it is missing the "CA" basic constraint'
  return undefined
}

function digestOf({ cert }: JsonObject): JsonObject {
  const read = typeof cert === 'string' ? readCertificate(cert) : undefined
  return read === undefined ? {} : { cert_digest: read.fingerprint256.replaceAll(':', '').toLowerCase() }
}
