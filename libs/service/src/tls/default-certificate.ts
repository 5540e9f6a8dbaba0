import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CertificatePair, generateCertificate } from './generate.ts'

const DAYS = 20 * 365

/**
 * The certificate of a TLS listener for which none was set: self-signed for localhost, made at the first start and kept
 * as `<prefix>/ssl/<name>.crt` and `.key`, so that clients that accepted it once need not do so again.
 *
 * @param name such as `kong-default` or `admin-kong-default`, the names Kong gives these files
 */
export async function defaultCertificate(prefix: string, name: string): Promise<CertificatePair> {
  const folder = join(prefix, 'ssl')
  const kept = await readPair(folder, name)
  if (kept !== null) return kept
  const pair = await generateCertificate({
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
    days: DAYS,
    now: new Date(),
  })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // The key first: a crash in between leaves no certificate, and the next start makes both anew.
  await put(join(folder, `${name}.key`), pair.key, 0o600)
  await put(join(folder, `${name}.crt`), pair.cert, 0o644)
  return pair
}

/** The pair that was set for a listener, or else its default. Settings have both or neither. */
export async function listenerCertificate(
  given: { readonly cert: string | null; readonly key: string | null },
  prefix: string,
  name: string,
): Promise<CertificatePair> {
  const { cert, key } = given
  return cert === null || key === null ? defaultCertificate(prefix, name) : { cert, key }
}

async function readPair(folder: string, name: string): Promise<CertificatePair | null> {
  try {
    const [cert, key] = await Promise.all(
      ['crt', 'key'].map((extension) => readFile(join(folder, `${name}.${extension}`), 'utf8')),
    )
    return cert === undefined || key === undefined ? null : { cert, key }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function put(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode })
  await rename(`${file}.new`, file)
}
