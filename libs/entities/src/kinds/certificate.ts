import { customCheck, mutuallyRequired } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import type { Json, JsonObject } from '../json.ts'
import { readCertificate, readPrivateKey } from '../validators/pem.ts'
import { certificatePem, createdAt, id, keyPem, tags, updatedAt } from '../vocabulary.ts'

/** A certificate and its key, to show to clients (under the names of its SNIs) or to upstreams. The alternative one has a key of another type. */
export const certificate = defineEntity({
  kind: 'certificates',
  collection: 'certificates',
  fields: {
    id,
    created_at: createdAt,
    updated_at: updatedAt,
    cert: certificatePem({ referenceable: true, required: true }),
    key: keyPem({ encrypted: true, referenceable: true, required: true }),
    cert_alt: certificatePem({ referenceable: true, required: false }),
    key_alt: keyPem({ encrypted: true, referenceable: true, required: false }),
    tags,
  },
  checks: [
    mutuallyRequired('cert_alt', 'key_alt'),
    customCheck(['cert', 'key'], ({ cert, key }) =>
      isPair(cert, key) ? undefined : 'certificate does not match key',
    ),
    customCheck(['cert_alt', 'key_alt'], ({ cert_alt: cert, key_alt: key }) =>
      isPair(cert, key) ? undefined : 'alternative certificate does not match key',
    ),
    customCheck(['cert', 'cert_alt'], judgeTypes),
  ],
})
export type Certificate = EntityOf<typeof certificate>

/** True also where one of them is missing: that is for others to judge. */
function isPair(cert: Json | undefined, key: Json | undefined): boolean {
  if (typeof cert !== 'string' || typeof key !== 'string') return true
  const privateKey = readPrivateKey(key)
  return privateKey === undefined || readCertificate(cert)?.checkPrivateKey(privateKey) !== false
}

function judgeTypes({ cert, cert_alt: alternative }: JsonObject): string | undefined {
  if (typeof cert !== 'string' || typeof alternative !== 'string') return undefined
  const [one, other] = [cert, alternative].map((pem) => readCertificate(pem)?.publicKey.asymmetricKeyType)
  if (one === undefined || one !== other) return undefined
  return 'certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), the provided certificates were both of the same type'
}
