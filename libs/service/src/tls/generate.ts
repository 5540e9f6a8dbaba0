import { webcrypto } from 'node:crypto'

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
 * A self-signed EC P-384 certificate for servers and clients alike. Unless wished, it is no authority: nothing that it signs
 * is trusted, and being its own root it is verified against itself.
 */
export async function generateCertificate(wish: CertificateWish): Promise<CertificatePair> {
  const x509 = await loadX509()
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
  const { KeyUsageFlags, ExtendedKeyUsage } = x509
  const { authority = false } = wish
  const usage = KeyUsageFlags.digitalSignature | (authority ? KeyUsageFlags.keyCertSign : 0)
  const names = [
    ...wish.dnsNames.map((value) => ({ type: 'dns', value }) as const),
    ...(wish.ipAddresses ?? []).map((value) => ({ type: 'ip', value }) as const),
  ]
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${wish.commonName}`,
    notBefore: new Date(wish.now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(wish.now.getTime() + wish.days * DAY_MS),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      new x509.KeyUsagesExtension(usage, true),
      new x509.ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { cert: `${certificate.toString('pem')}\n`, key: x509.PemConverter.encode(key, 'PRIVATE KEY') }
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-384' } as const
const DAY_MS = 86_400_000
/** Machines of one cluster may disagree about the time by this much. */
const CLOCK_SKEW_MS = 5 * 60_000

/** Loaded when wanted: it costs a tenth of a second, and most starts of a process make no certificate. */
async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata') // x509 resolves its parts through it and must find it loaded
  return import('@peculiar/x509')
}
