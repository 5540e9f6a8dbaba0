import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'
import {
  type App,
  describeProblems,
  type Environment,
  loadSettings,
  type Problem,
  type Settings,
} from '@biplane/service'
import { EXIT } from './exit-code.ts'
import { Failure } from './failure.ts'
import { runSteps, type Step } from './progress.ts'

/** What every command is given besides its own arguments. */
export interface Session {
  readonly env: Environment
  readonly json: boolean
  readonly verbose: boolean
  /** Aborts on Ctrl-C; a command that goes on for more than two seconds afterwards is cut off. */
  readonly signal: AbortSignal
  readonly stdout: NodeJS.WriteStream
  /** Says something to people, on standard error. */
  say(line: string): void
  /** Colours text for standard output, where that is a terminal that wants colours. */
  paint(style: Parameters<typeof styleText>[0], text: string): string
  /** Shows the steps of long work on standard error while they run. */
  steps(steps: readonly Step[]): Promise<void>
  /** The settings of an app, from `KONG_*` and the settings file. @throws Failure naming all that is wrong */
  settings<A extends App>(app: A): Settings<A> & Settings<App>
  /** Asks a question on the terminal. @throws Failure where there is none: `otherwise` says what to do then */
  confirm(question: string, otherwise: string): Promise<boolean>
}

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: true
  readonly verbose?: true
  readonly conf?: string
}

export function openSession(options: CommonOptions, process: NodeJS.Process, signal: AbortSignal): Session {
  const { stdin, stdout, stderr } = process
  const env = options.conf === undefined ? process.env : { ...process.env, KONG_CONF: options.conf }
  return {
    env,
    json: options.json === true,
    verbose: options.verbose === true,
    signal,
    stdout,
    say: (line) => void stderr.write(`${line}\n`),
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    steps: (steps) => runSteps(steps, stderr),
    settings: (app) => orRefuse(loadSettings(app, env, (path) => readFileSync(path, 'utf8'))),
    async confirm(question, otherwise) {
      if (!stdin.isTTY || !stderr.isTTY) throw new Failure(otherwise, { exitCode: EXIT.usage })
      const lines = createInterface({ input: stdin, output: stderr })
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim())
      } finally {
        lines.close()
      }
    },
  }
}

function orRefuse<T>(loaded: { readonly settings: T } | { readonly problems: readonly Problem[] }): T {
  if ('settings' in loaded) return loaded.settings
  const { problems } = loaded
  throw new Failure(problems.length === 1 ? '1 setting is wrong' : `${problems.length} settings are wrong`, {
    details: describeProblems(problems),
  })
}
