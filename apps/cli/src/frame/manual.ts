import type { Command } from 'commander'
import { EXIT } from './exit-code.ts'

/** What the help of a command tells beyond its options. */
export interface Manual {
  /** Lines to type, each with what it is for where that is not plain. */
  readonly examples: readonly (readonly [line: string, meaning?: string])[]
  /** Besides 0, 1 and 2, or where those say something more precise. */
  readonly exitCodes?: Readonly<Record<number, string>>
}

const COMMON_CODES = { [EXIT.ok]: 'done', [EXIT.failed]: 'failed', [EXIT.usage]: 'wrong usage' }

export function withManual(command: Command, { examples, exitCodes = {} }: Manual): Command {
  const codes = Object.entries({ ...COMMON_CODES, ...exitCodes })
  const typed = examples.flatMap(([line, meaning]) =>
    meaning === undefined ? [line] : [`# ${meaning}`, line],
  )
  return command.addHelpText('after', section('Examples', typed)).addHelpText(
    'after',
    section(
      'Exit codes',
      codes.map(([code, meaning]) => `${code.padEnd(3)}  ${meaning}`),
    ),
  )
}

function section(title: string, lines: readonly string[]): string {
  return `\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`
}
