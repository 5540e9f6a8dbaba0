import { closeSync, existsSync, fchmodSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CertificatePair } from '@biplane/service'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'

/** Where the two halves of a pair go. */
export interface PairPaths {
  readonly cert: string
  readonly key: string
}

/** @throws Failure where the paths are one and the same, or where something is there already */
export function refuseToOverwrite({ cert, key }: PairPaths): void {
  if (resolve(cert) === resolve(key))
    throw new Failure(`the certificate and the key need two files, and ${cert} is one`, {
      exitCode: EXIT.usage,
    })
  for (const path of [cert, key]) if (existsSync(path)) throw existsAlready(path)
}

/** Writes both files, or neither. Never overwrites. @throws Failure */
export function writePair({ cert, key }: PairPaths, pair: CertificatePair): void {
  const made: string[] = []
  try {
    for (const [path, text, mode] of [
      [key, pair.key, 0o600],
      [cert, pair.cert, 0o644],
    ] as const) {
      const file = openSync(path, 'wx', mode)
      made.push(path)
      try {
        fchmodSync(file, mode) // whatever the umask is
        writeFileSync(file, text)
      } finally {
        closeSync(file)
      }
    }
  } catch (error) {
    for (const path of made) rmSync(path, { force: true })
    throw toFailure(error)
  }
}

function toFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (error.code === 'EEXIST' && 'path' in error) return existsAlready(String(error.path), error)
  return new Failure(`nothing was written: ${error.message}`, { cause: error })
}

function existsAlready(path: string, cause?: unknown): Failure {
  return new Failure(`${path} exists and is not overwritten: move it away or name other files`, { cause })
}
