import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'

/** A certificate and its private key as PEM text. */
export interface CertificatePair {
  readonly cert: string
  readonly key: string
}

export interface CertificateWish {
  /** The common name of subject and issuer. */
  readonly commonName: string
  readonly dnsNames: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly days: number
  readonly now: Date
  /** Whether it may sign others. */
  readonly authority?: boolean
  /** What it may be shown for, if it is no authority; both if left out. */
  readonly usages?: readonly ('server' | 'client')[]
  /** The private key that it is of, P-384; a new one if left out. */
  readonly key?: string
  /** The URL of the responder that knows whether it was revoked. */
  readonly ocspResponder?: string
}

/** The name that hub and node expect of each other in mode `shared`. */
export const CLUSTER_NAME = 'kong_clustering'

const CLUSTER_DAYS = 1095

/** The pair that hubs and nodes, or admin-apis and hubs, share: as Kong's `hybrid gen_cert` makes it. */
export function generateClusterPair({
  days = CLUSTER_DAYS,
  now = new Date(),
} = {}): Promise<CertificatePair> {
  return generateCertificate({ commonName: CLUSTER_NAME, dnsNames: [CLUSTER_NAME], days, now })
}

/**
 * An EC P-384 certificate, self-signed unless an issuer is given. Unless wished, it is no authority: nothing that it signs
 * is trusted, and being its own root it is verified against itself.
 *
 * @param issuer an authority with a P-384 key; where it is no root, its certificates follow the new one, so that whoever
 * knows only the root can follow the chain
 */
export async function generateCertificate(
  wish: CertificateWish,
  issuer?: CertificatePair,
): Promise<CertificatePair> {
  const x509 = await loadX509()
  const keys = await (wish.key === undefined
    ? webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
    : keysOf(wish.key))
  const name = `CN=${wish.commonName}`
  const common = {
    notBefore: new Date(wish.now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(wish.now.getTime() + wish.days * DAY_MS),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
  }
  const extensions = await extensionsOf(wish, keys.publicKey, x509)
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const pem = x509.PemConverter.encode(key, 'PRIVATE KEY')
  if (issuer === undefined) {
    const own = await x509.X509CertificateGenerator.createSelfSigned({ ...common, name, keys, extensions })
    return { cert: `${own.toString('pem')}\n`, key: pem }
  }
  const above = new x509.X509Certificate(issuer.cert)
  const issued = await x509.X509CertificateGenerator.create({
    ...common,
    subject: name,
    issuer: above.subject,
    publicKey: keys.publicKey,
    signingKey: await signingKey(issuer.key),
    extensions: [...extensions, await x509.AuthorityKeyIdentifierExtension.create(above.publicKey)],
  })
  const rest = above.subject === above.issuer ? '' : issuer.cert
  return { cert: `${issued.toString('pem')}\n${rest}`, key: pem }
}

async function extensionsOf(wish: CertificateWish, publicKey: webcrypto.CryptoKey, x509: X509) {
  const { KeyUsageFlags, ExtendedKeyUsage } = x509
  const { authority = false, usages = ['server', 'client'], ocspResponder } = wish
  const signing = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
  const shownFor = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth }
  const names = [
    ...wish.dnsNames.map((value) => ({ type: 'dns', value }) as const),
    ...(wish.ipAddresses ?? []).map((value) => ({ type: 'ip', value }) as const),
  ]
  return [
    new x509.BasicConstraintsExtension(authority, undefined, true),
    new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature | (authority ? signing : 0), true),
    // On an authority it would limit whatever that issues.
    ...(authority ? [] : [new x509.ExtendedKeyUsageExtension(usages.map((usage) => shownFor[usage]))]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ...(ocspResponder === undefined ? [] : [new x509.AuthorityInfoAccessExtension({ ocsp: ocspResponder })]),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
  ]
}

async function keysOf(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  const publicKey = await webcrypto.subtle.importKey('spki', der, CURVE, true, ['verify'])
  return { privateKey: await signingKey(pem), publicKey }
}

function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', der, CURVE, true, ['sign'])
}

type X509 = typeof import('@peculiar/x509')

const CURVE = { name: 'ECDSA', namedCurve: 'P-384' } as const
const DAY_MS = 86_400_000
/** Machines of one cluster may disagree about the time by this much. */
const CLOCK_SKEW_MS = 5 * 60_000

/** Loaded when wanted: it costs a tenth of a second, and most starts of a process make no certificate. */
async function loadX509(): Promise<X509> {
  await import('reflect-metadata') // x509 resolves its parts through it and must find it loaded
  return import('@peculiar/x509')
}
