import type { Command } from 'commander'
import { EXIT } from './exit-code.ts'

/** What the help of a command tells beyond its options. */
export interface Manual {
  /** A line to type and what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[]
  /** Besides 0, 1 and 2, or where those say something more precise. */
  readonly exitCodes?: Readonly<Record<number, string>>
}

const COMMON_CODES = { [EXIT.ok]: 'done', [EXIT.failed]: 'failed', [EXIT.usage]: 'wrong usage' }

export function withManual(command: Command, { examples, exitCodes = {} }: Manual): Command {
  const codes = Object.entries({ ...COMMON_CODES, ...exitCodes })
  return command
    .addHelpText('after', section('Examples', examples))
    .addHelpText('after', section('Exit codes', codes))
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([term]) => term.length))
  return `\n${title}:\n${rows.map(([term, meaning]) => `  ${term.padEnd(width)}  ${meaning}`).join('\n')}`
}
