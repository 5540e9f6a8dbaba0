import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { AccessRole } from '@biplane/service'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'

/** Makes a token that nobody can guess, and shows it unless it goes to a file. */
export async function makeToken(
  _session: Session,
  { role }: { readonly role: AccessRole },
  name: string,
  file?: string,
): Promise<Outcome> {
  if (!NAME.test(name)) {
    const right = 'use letters, digits and . _ @ -, at most 64, the first a letter or digit'
    throw new Failure(`'${name}' cannot be the name of a token: ${right}`, { exitCode: EXIT.usage })
  }
  const token = `${PREFIX}${randomBytes(BYTES).toString('base64url')}`
  const entry = `${name}:${role}:sha256:${createHash('sha256').update(token).digest('hex')}`
  if (file === undefined) {
    return { json: { name, role, token, entry }, text: [token, '', 'For admin_tokens:', entry] }
  }
  write(file, token)
  return { json: { name, role, file: resolve(file), entry }, text: entry }
}

/** That of the setting. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/

/** By it a token is recognized where none should be, such as in a repository. */
const PREFIX = 'biplane_'
const BYTES = 32

function write(file: string, token: string): void {
  try {
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`no token was made: ${reason}`, { cause })
  }
}
