import { readFileSync } from 'node:fs'
import type { Settings } from './settings/table.ts'
import { StartProblem } from './start-problem.ts'

/** A declarative config as a process is given it, and what to call it when it is wrong. */
export interface GivenConfig {
  readonly name: string
  readonly text: string
}

/**
 * The declarative config of the settings; null where there is none.
 *
 * @throws StartProblem for a file that cannot be read
 */
export function givenConfig({
  declarative_config: path,
  declarative_config_string: text,
}: Pick<Settings<'dataplane'>, 'declarative_config' | 'declarative_config_string'>): GivenConfig | null {
  if (text !== null) return { name: 'declarative_config_string', text }
  if (path === null) return null
  try {
    return { name: `declarative_config ${path}`, text: readFileSync(path, 'utf8') }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartProblem(`declarative_config: name a file that can be read (${reason})`, { cause })
  }
}
