import { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { certificateDigest, generateClusterPair } from '@biplane/service'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { refuseToOverwrite, writePair } from './write-pair.ts'

/** @param options how many `days` the certificate is valid */
export async function generatePair(
  _session: Session,
  { days }: { readonly days: number },
  cert?: string,
  key?: string,
): Promise<Outcome> {
  if ((cert === undefined) !== (key === undefined))
    throw new Failure('name both files, or neither', { exitCode: EXIT.usage })
  const paths = { cert: cert ?? './cluster.crt', key: key ?? './cluster.key' }
  refuseToOverwrite(paths)
  const pair = await generateClusterPair({ days })
  writePair(paths, pair)
  const until = new X509Certificate(pair.cert).validToDate
  const digest = certificateDigest(pair.cert)
  return {
    json: {
      cert: resolve(paths.cert),
      key: resolve(paths.key),
      valid_until: until.toISOString(),
      sha256: digest,
    },
    text: [
      `Wrote the certificate ${paths.cert} and its private key ${paths.key}.`,
      `It is valid until ${until.toISOString().slice(0, 10)}; its SHA-256 digest is ${digest}.`,
    ],
  }
}
