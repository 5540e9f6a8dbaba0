import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { removeDirectory } from './postgres-folder.ts'

// The folder of a local cluster. `--home` may name any folder and `--fresh` empties it, so the folder says that it is one.

const MARK = 'made-by-npm-start'
const DEFAULT_NAME = '.biplane'

/** Whether the folder holds what no launcher put there. */
export function isForeign(home: string): boolean {
  if (!existsSync(home) || basename(home) === DEFAULT_NAME) return false
  return readdirSync(home).length > 0 && !existsSync(join(home, MARK))
}

export function markHome(home: string): void {
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, MARK), 'A local cluster of Biplane. `npm start -- --fresh` empties this folder.\n')
}

/** Removes everything but the mark and the records of the run that is under way. */
export function emptyHome(home: string): void {
  removeDirectory(join(home, 'postgres'))
  for (const name of readdirSync(home)) {
    if (name !== 'run' && name !== MARK) rmSync(join(home, name), { recursive: true, force: true })
  }
}
