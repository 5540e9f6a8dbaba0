import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../program.ts'

/** A certificate and its key, as text and where they lie. A client that trusts it needs nothing else: it signs itself. */
export interface Pair {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

const KEYS = { ec: ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'], rsa: ['rsa:2048'] } as const

/**
 * Makes one as people do at home.
 *
 * @param label the organization in its subject, by which two for the same name are told apart
 */
export async function makePair(
  folder: string,
  name: string,
  { kind = 'ec', label = 'first' }: { kind?: keyof typeof KEYS; label?: string } = {},
): Promise<Pair> {
  const file = (ending: string) => join(folder, `${label}-${kind}-${name.replace('*', 'any')}.${ending}`)
  await run('openssl', [
    ...['req', '-x509', '-nodes', '-days', '2', '-newkey', ...KEYS[kind]],
    ...['-keyout', file('key'), '-out', file('crt')],
    ...['-subj', `/O=${label}/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`],
  ])
  const [cert, key] = [readFileSync(file('crt'), 'utf8'), readFileSync(file('key'), 'utf8')]
  return { cert, key, certFile: file('crt'), keyFile: file('key') }
}
