import { createHash, X509Certificate } from 'node:crypto'

/** SHA-256 of the DER of the first certificate, in lower-case hex: what a hub compares in mode `shared`. */
export function certificateDigest(certificate: string | Uint8Array): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex')
}
