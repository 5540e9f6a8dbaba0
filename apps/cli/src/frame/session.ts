import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'
import {
  type App,
  describeProblems,
  type Environment,
  loadSettings,
  loadSome,
  type Problem,
  type SettingName,
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
  /** Some of them, where the others may be missing or wrong. @throws Failure */
  someSettings<A extends App, N extends SettingName & keyof Settings<A>>(
    app: A,
    names: readonly N[],
  ): Pick<Settings<A>, N>
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
  const readFile = (path: string): string => readFileSync(path, 'utf8')
  const env = options.conf === undefined ? process.env : { ...process.env, KONG_CONF: options.conf }
  return {
    env,
    json: options.json === true,
    verbose: options.verbose === true,
    signal,
    stdout,
    say: (line) => void stderr.write(`${line}\n`),
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    steps: (steps) => runSteps(steps, process),
    settings: (app) => orRefuse(loadSettings(app, env, readFile)),
    someSettings: (app, names) => orRefuse(loadSome(app, names, env, readFile)),
    async confirm(question, otherwise) {
      if (!stdin.isTTY || !stderr.isTTY) throw new Failure(otherwise, { exitCode: EXIT.usage })
      return await ask(`${question} [y/N] `, process, signal)
    },
  }
}

/** The end of the input is a no. The terminal stays as it is, so that Ctrl-C is what it always is. */
async function ask(
  question: string,
  { stdin, stderr }: NodeJS.Process,
  signal: AbortSignal,
): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: false })
  try {
    const ended = once(lines, 'close', { signal }).then(() => '')
    const answer = await Promise.race([lines.question(question, { signal }), ended])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}

function orRefuse<T>(loaded: { readonly settings: T } | { readonly problems: readonly Problem[] }): T {
  if ('settings' in loaded) return loaded.settings
  const { problems } = loaded
  throw new Failure(problems.length === 1 ? '1 setting is wrong' : `${problems.length} settings are wrong`, {
    details: describeProblems(problems),
  })
}
