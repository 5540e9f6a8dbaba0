import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Stack } from './stack.ts'

/** Copies the logs of a stack that is about to be removed, and writes texts beside them, by the names of files. */
export function keepLogs(
  { home }: Pick<Stack, 'home'>,
  folder: string,
  texts: Readonly<Record<string, readonly string[]>>,
): void {
  mkdirSync(folder, { recursive: true })
  cpSync(join(home, 'logs'), folder, { recursive: true })
  for (const [name, lines] of Object.entries(texts))
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`)
}
