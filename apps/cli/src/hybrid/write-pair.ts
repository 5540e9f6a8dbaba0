import { resolve } from 'node:path'
import type { CertificatePair } from '@biplane/service'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import { type NewFile, refuseExisting, writeFiles } from './write-files.ts'

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
  refuseExisting([cert, key])
}

/** Writes both files, or neither. Never overwrites. @throws Failure */
export function writePair(paths: PairPaths, pair: CertificatePair): void {
  writeFiles(filesOf(paths, pair))
}

/** The key first: whoever sees the certificate may count on it. */
export function filesOf({ cert, key }: PairPaths, pair: CertificatePair): NewFile[] {
  return [
    { path: key, text: pair.key, mode: 0o600 },
    { path: cert, text: pair.cert, mode: 0o644 },
  ]
}
