import { styleText } from 'node:util'
import { type Command, CommanderError } from 'commander'
import { EXIT } from './exit-code.ts'
import { Failure } from './failure.ts'
import { Interrupted } from './running.ts'

/** Runs the command that the arguments name and leaves the exit code in `process.exitCode`. */
export async function perform(program: Command, process: NodeJS.Process): Promise<void> {
  // Who stops reading wants no more; a stderr that nobody reads must not keep the work from being done.
  process.stdout.on('error', () => process.exit(EXIT.brokenPipe))
  process.stderr.on('error', () => undefined)
  try {
    await program.parseAsync(process.argv)
  } catch (error) {
    process.exitCode = report(error, process)
  }
}

/** Tells what went wrong, for people on standard error and with `--json` also as the document on standard output. */
function report(error: unknown, { argv, stdout, stderr }: NodeJS.Process): number {
  if (error instanceof Interrupted) return error.exitCode
  const given = (option: string): boolean => argv.includes(option)
  // Commander has told its own.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok
    if (given('--json')) stdout.write(asJson(error.message, []))
    return EXIT.usage
  }
  const { message, details, exitCode } = error instanceof Failure ? error : toFailure(error)
  const prefix = styleText('red', 'biplane:', { stream: stderr })
  stderr.write(`${[`${prefix} ${message}`, ...details.map((line) => `  ${line}`)].join('\n')}\n`)
  if (!(error instanceof Failure) || given('--verbose')) stderr.write(`${stackOf(error)}\n`)
  if (given('--json')) stdout.write(asJson(message, details))
  return exitCode
}

function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  return new Failure(`something that should not happen: ${message}`)
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { stack = error.message, cause } = error
  return cause === undefined ? stack : `${stack}\ncaused by ${stackOf(cause) || String(cause)}`
}

function asJson(message: string, details: readonly string[]): string {
  return `${JSON.stringify({ error: { message, details } }, null, 2)}\n`
}
