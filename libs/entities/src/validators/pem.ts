import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'

/** A certificate as PEM text; of a chain, the first one. */
export function certificateProblem(pem: string): string | undefined {
  const read = attempt(() => new X509Certificate(pem))
  return 'value' in read ? undefined : `invalid certificate: ${read.reason}`
}

/** A private key as PEM text. */
export function privateKeyProblem(pem: string): string | undefined {
  const read = attempt(() => createPrivateKey(pem))
  return 'value' in read ? undefined : `invalid key: ${read.reason}`
}

/** The certificate in a PEM text, or undefined where there is none. */
export function readCertificate(pem: string): X509Certificate | undefined {
  return orUndefined(() => new X509Certificate(pem))
}

/** The private key in a PEM text, or undefined where there is none. */
export function readPrivateKey(pem: string): KeyObject | undefined {
  return orUndefined(() => createPrivateKey(pem))
}

/** The public key in a PEM text, or that of a private key or a certificate; undefined where there is none. */
export function readPublicKey(pem: string): KeyObject | undefined {
  return orUndefined(() => createPublicKey(pem))
}

/** The key, public or private, that a JSON Web Key says. */
export function readJwk(jwk: Readonly<Record<string, unknown>>): KeyObject | undefined {
  return orUndefined(() => createPublicKey({ key: jwk, format: 'jwk' }))
}

function orUndefined<T>(read: () => T): T | undefined {
  const outcome = attempt(read)
  return 'value' in outcome ? outcome.value : undefined
}

/** OpenSSL's answer to a user's text is an expected outcome, which it can only throw. */
function attempt<T>(read: () => T): { readonly value: T } | { readonly reason: string } {
  try {
    return { value: read() }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { reason: error.message }
  }
}
