import { styleText } from 'node:util'
import { type Command, CommanderError } from 'commander'
import { EXIT } from './exit-code.ts'
import { Failure } from './failure.ts'
import { Interrupted } from './running.ts'

/** Runs the command that the arguments name and leaves the exit code in `process.exitCode`. */
export async function perform(program: Command, process: NodeJS.Process): Promise<void> {
  process.stdout.on('error', (error) => process.exit(reportLoss(error, process)))
  // A stderr that nobody reads must not keep the work from being done.
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
    if (given('--json')) stdout.write(asJson(usageProblem(error), []))
    return EXIT.usage
  }
  const failure = asFailure(error)
  const { message, details, exitCode } = failure ?? unexpected(error)
  const prefix = styleText('red', 'biplane:', { stream: stderr })
  stderr.write(`${[`${prefix} ${message}`, ...details.map((line) => `  ${line}`)].join('\n')}\n`)
  if (failure === undefined || given('--verbose')) stderr.write(`${stackOf(error)}\n`)
  if (given('--json')) stdout.write(asJson(message, details))
  return exitCode
}

/** Who stops reading wants no more, and need not be told so; a disk that is full is another matter. */
function reportLoss(error: Error, { stderr }: NodeJS.Process): number {
  if ('code' in error && error.code === 'EPIPE') return EXIT.brokenPipe
  stderr.write(`biplane: the answer cannot be written: ${error.message}\n`)
  return EXIT.failed
}

/** Commander's words for programs: without its prefix, and with some where it has shown the help in place of any. */
function usageProblem({ code, message }: CommanderError): string {
  return code === 'commander.help' ? 'no command is named' : message.replace(/^error: /, '')
}

/** Undefined for a bug. */
function asFailure(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error
  const isGone = error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd'
  return isGone ? new Failure('the working directory is gone: change to another one') : undefined
}

function unexpected(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  return new Failure(`something that should not happen: ${message}`)
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { stack = error.message, cause } = error
  return cause === undefined ? stack : `${stack}\ncaused by ${stackOf(cause) || String(cause)}`
}

/** On one line, since it may follow the lines of `nodes --watch`. */
function asJson(message: string, details: readonly string[]): string {
  return `${JSON.stringify({ error: { message, details } })}\n`
}
