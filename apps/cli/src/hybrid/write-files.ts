import { closeSync, existsSync, fchmodSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { Failure } from '../frame/failure.ts'

export interface NewFile {
  readonly path: string
  readonly text: string
  readonly mode: number
}

/** @throws Failure where something is there already */
export function refuseExisting(paths: readonly string[]): void {
  for (const path of paths) if (existsSync(path)) throw existsAlready(path)
}

/** Writes all of them, or none. Never overwrites. @throws Failure */
export function writeFiles(files: readonly NewFile[]): void {
  const made: string[] = []
  try {
    for (const { path, text, mode } of files) {
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
