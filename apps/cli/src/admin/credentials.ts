import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Session } from '../frame/session.ts'
import type { AdminOptions } from './options.ts'

/** What is shown to an Admin API, and what is believed of it. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  readonly tls: Pick<RequestOptions, 'rejectUnauthorized' | 'ca' | 'cert' | 'key'>
}

/** What options and environment give. No message repeats a token. @throws Failure for what cannot be read or used */
export function credentialsOf(session: Pick<Session, 'env'>, options: AdminOptions): Credentials {
  const { insecure, ca, cert, key } = options
  if ((cert === undefined) !== (key === undefined))
    throw new Failure('give both --cert and --key, or neither', { exitCode: EXIT.usage })
  const token = givenToken(session, options)
  return {
    // Not as Authorization, which a proxy on the way may ask for.
    headers: token === undefined ? {} : { 'kong-admin-token': token },
    tls: {
      rejectUnauthorized: insecure !== true,
      ...(ca !== undefined && { ca: readPem(ca, 'a certificate', (pem) => new X509Certificate(pem)) }),
      ...(cert !== undefined && { cert: readPem(cert, 'a certificate', (pem) => new X509Certificate(pem)) }),
      ...(key !== undefined && { key: readPem(key, 'a private key', createPrivateKey) }),
    },
  }
}

function givenToken({ env }: Pick<Session, 'env'>, { token, tokenFile }: AdminOptions): string | undefined {
  if (token !== undefined) return usable(token, '--token')
  if (tokenFile !== undefined) return usable(read(tokenFile), tokenFile)
  const { BIPLANE_ADMIN_TOKEN: inherited = '' } = env
  return inherited.trim() === '' ? undefined : usable(inherited, 'BIPLANE_ADMIN_TOKEN')
}

/** A header cannot carry anything else. */
function usable(text: string, where: string): string {
  const token = text.trim()
  if (/^[!-~]{1,4096}$/.test(token)) return token
  throw new Failure(`${where} holds no token: one is a single word of printable characters`)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Failure(`${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function readPem(path: string, what: string, parse: (pem: string) => unknown): string {
  try {
    const pem = readFileSync(path, 'utf8')
    parse(pem)
    return pem
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`${path} cannot be read as ${what}: ${reason}`, { cause })
  }
}
