import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'

/** Puts a copy of a folder in place of another, owners and modes included, as an operator's restore does. */
export function replaceFolder(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  execFileSync('cp', ['-a', from, to])
}
