import process from 'node:process'
import { Command, type OptionValues } from 'commander'
import { listenForInterruption, NEVER } from './interruption.ts'
import { type CommonOptions, openSession, type Session } from './session.ts'

/** How a command went. */
export interface Outcome {
  /** For programs: printed as the one document on standard output with `--json`. */
  readonly json: object
  /** For people: the lines printed without `--json`. */
  readonly text: string | readonly string[]
  /** 0 if left out. */
  readonly exitCode?: number
}

/** What a command does: it gets its own options and its positional arguments as commander parsed them. */
export type Work<O extends OptionValues, A extends readonly unknown[]> = (
  session: Session,
  options: O,
  ...args: A
) => Promise<Outcome | 'told'>

/** Work whose modules are loaded when it is called, so that one command costs the others no time. */
export function loaded<O extends OptionValues, A extends readonly unknown[]>(
  load: () => Promise<Work<O, A>>,
): Work<O, A> {
  return async (session, options, ...args) => await (await load())(session, options, ...args)
}

/** Thrown in place of whatever came of work that was interrupted: nobody wants to read that. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(exitCode: number) {
    super('interrupted')
    this.exitCode = exitCode
  }
}

export interface RunningOptions {
  /** Who ends the work on Ctrl-C and SIGTERM; the frame does, by the signal of the session, if left out. */
  readonly signals?: 'left to the work'
}

/**
 * Makes the action of a command: `new Command('x').action(running(async (session, options, file: string) => …))`.
 * The work returns its outcome, or `'told'` when it has written everything itself, and throws `Failure` for what the user
 * has to mend.
 */
export function running<O extends OptionValues, A extends readonly unknown[]>(
  work: Work<O, A>,
  { signals }: RunningOptions = {},
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1)
    if (!(command instanceof Command)) throw new TypeError('commander gives the command last')
    const interruption = signals === undefined ? listenForInterruption(process) : NEVER
    const session = openSession(command.optsWithGlobals<CommonOptions>(), process, interruption.signal)
    try {
      // Commander has parsed as many arguments as the command declares, which is what its work is written for.
      const outcome = await work(session, command.opts<O>(), ...(command.processedArgs as unknown as A))
      if (outcome !== 'told') tell(outcome, session)
    } catch (error) {
      const code = interruption.exitCode()
      throw code === undefined ? error : new Interrupted(code)
    } finally {
      interruption.release()
    }
    const code = interruption.exitCode()
    if (code !== undefined) throw new Interrupted(code)
  }
}

function tell({ json, text, exitCode }: Outcome, session: Session): void {
  const lines = typeof text === 'string' ? [text] : text
  const told = session.json ? JSON.stringify(json, null, 2) : lines.join('\n')
  session.stdout.write(`${told}\n`)
  if (exitCode !== undefined) process.exitCode = exitCode
}
