import type { Given, Surroundings } from './settings/check.ts'
import { type CertificatePair, generateClusterPair } from './tls/generate.ts'

/** Files by path, as a reader of settings sees them. */
export function surroundings(files: Readonly<Record<string, string>> = {}, cores = 4): Surroundings {
  const readFile = (path: string): string => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
    return text
  }
  return { readFile, cores }
}

/** Settings that any app starts with: certificates for both links, and what is asked for besides. */
export function givenWith(pair: CertificatePair, more: Readonly<Record<string, string>> = {}): Given {
  const { cert, key } = pair
  return new Map(
    Object.entries({
      feed_cert: cert,
      feed_cert_key: key,
      cluster_cert: cert,
      cluster_cert_key: key,
      ...more,
    }),
  )
}

/** A pair for a whole spec file: making one takes a tenth of a second. */
export const aPair = (): Promise<CertificatePair> => generateClusterPair()
