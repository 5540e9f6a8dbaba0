import { mkdirSync, readFileSync } from 'node:fs'
import { Lifecycle, type Stopped } from './lifecycle.ts'
import { LogLevelSwitch, logLevelChanges } from './log-level.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Problem } from './settings/check.ts'
import type { EffectiveSettings } from './settings/describe.ts'
import { describeProblems, loadSettings, loadSome, type Reread } from './settings/load.ts'
import type { App } from './settings/setting.ts'
import type { Settings } from './settings/table.ts'
import { StartProblem } from './start-problem.ts'
import { VERSION } from './version.ts'

/** What an app is given to start with. */
export interface RunningApp<A extends App> {
  readonly settings: Settings<A>
  /** The same as Kong's `GET /` shows its configuration, without secrets. */
  readonly effective: EffectiveSettings
  /** Some of the settings as they are now: the files that hold them may have changed. */
  readonly reread: Reread<A>
  readonly log: Logger
  /** What the log is written at, which may change. */
  readonly levels: LogLevelSwitch
  /** Aborts when the process is told to stop, before the first stop hook runs. */
  readonly signal: AbortSignal
  /**
   * What SIGTERM and SIGQUIT begin with: while it runs nothing ends yet, and the time for the stop has not begun. SIGINT,
   * which a person sends, does not wait for it.
   */
  beforeStop(drain: () => Promise<unknown>): void
  /** Hooks run one after the other, the last added first, once the signal has aborted. */
  onStop(name: string, stop: () => unknown): void
  /**
   * Hands over a part that runs until the signal aborts: stopping waits for it, at its place in the order of hooks.
   * If it ends before, for whatever reason, the process ends with an error.
   */
  keep(name: string, running: Promise<unknown>): void
  /** Says once that the app serves, and where. */
  ready(addresses: Readonly<Record<string, string | readonly string[]>>): void
}

const STOP_WITHIN_MS = 10_000

/**
 * Runs an app from its settings to its end: reports every wrong setting and exits with 1; stops in reverse order on
 * SIGTERM and SIGQUIT, once it has drained, and on SIGINT, within `stopWithinMs` and exits with 0, or with 1 and a line
 * naming what did not stop; exits at once on a second signal; logs at debug from SIGUSR2 to the next one; and turns whatever is not
 * handled elsewhere into one line with its stack and exit code 1.
 *
 * @param start resolves when the app serves
 */
export async function runApp<A extends App>(
  app: A,
  start: (running: RunningApp<A>) => Promise<void>,
  { stopWithinMs = () => STOP_WITHIN_MS }: { stopWithinMs?: (settings: Settings<A>) => number } = {},
): Promise<void> {
  const readFile = (path: string): string => readFileSync(path, 'utf8')
  const loaded = loadSettings(app, process.env, readFile)
  if ('problems' in loaded) refuse(app, loaded.problems)
  const { settings, effective, unknown } = loaded
  const levels = new LogLevelSwitch(settings.log_level)
  const log = createLogger(levels, app)
  logLevelChanges(levels, log)
  process.on('SIGUSR2', () => levels.toggleDebug())
  if (unknown.length > 0) log.info({ settings: unknown }, 'settings that do not exist are ignored')
  const lifecycle = new Lifecycle()
  const { signal } = lifecycle
  const end = async (code: number): Promise<void> => {
    const stopped = await lifecycle.stop(stopWithinMs(settings))
    report(stopped, log)
    process.exit(stopped.kind === 'clean' ? code : 1)
  }
  const drains: (() => Promise<unknown>)[] = []
  exitOnUnhandled(log)
  endOnSignals(signal, log, drains, end)
  try {
    makePrefix(settings.prefix)
    await start({
      settings,
      effective,
      reread: (names) => loadSome(app, names, process.env, readFile),
      log,
      levels,
      signal,
      beforeStop: (drain) => drains.push(drain),
      onStop: (name, stop) => lifecycle.onStop(name, stop),
      keep: (name, running) => lifecycle.onStop(name, guard(name, running, signal, log)),
      ready: (addresses) => log.info({ version: VERSION, addresses }, 'ready'),
    })
  } catch (error) {
    // Told to stop while starting, the start fails with the reason of the signal: that is how it ends, not an error.
    if (signal.aborted) return
    if (error instanceof StartProblem) log.fatal(error.message)
    else log.fatal({ err: error }, 'the start failed')
    await end(1)
  }
}

/** For people, not for log readers: nothing has started. */
function refuse(app: App, problems: readonly Problem[]): never {
  const lines = describeProblems(problems).map((line) => `  ${line}\n`)
  const settings = problems.length === 1 ? '1 setting is' : `${problems.length} settings are`
  process.stderr.write(`${app} cannot start: ${settings} wrong\n${lines.join('')}`)
  process.exit(1)
}

function die(log: Logger, message: string, err?: unknown): void {
  log.fatal({ err }, message)
  process.exit(1)
}

/** The state of the process is unknown then; what it keeps on disk is whole at any moment, so ending at once is safe. */
function exitOnUnhandled(log: Logger): void {
  process.on('uncaughtException', (error) => die(log, 'an error that nothing handles', error))
  process.on('unhandledRejection', (reason) => die(log, 'a rejection that nothing handles', reason))
}

function endOnSignals(
  stopping: AbortSignal,
  log: Logger,
  drains: readonly (() => Promise<unknown>)[],
  end: (code: number) => Promise<void>,
): void {
  let told = false
  // What Kong's containers are stopped with is SIGQUIT.
  for (const signal of ['SIGTERM', 'SIGQUIT', 'SIGINT'] as const) {
    process.on(signal, async () => {
      if (told || stopping.aborted) return die(log, 'told to stop a second time: ending at once')
      told = true
      if (signal !== 'SIGINT') await Promise.all(drains.map((drain) => drain()))
      log.info({ signal }, 'stopping')
      await end(0)
    })
  }
}

/** The promise of a part that must not end before it is told to. */
function guard(
  name: string,
  running: Promise<unknown>,
  signal: AbortSignal,
  log: Logger,
): () => Promise<void> {
  const guarded = running.then(
    () => {
      if (!signal.aborted) die(log, `${name} ended although nothing told it to`)
    },
    (error) => {
      if (!signal.aborted) die(log, `${name} failed`, error)
      // What was interrupted by the signal rejects with its reason.
      else if (error !== signal.reason) throw error
    },
  )
  guarded.catch(() => undefined) // it is reported when the stop reaches it
  return () => guarded
}

function makePrefix(prefix: string): void {
  try {
    mkdirSync(prefix, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartProblem(`prefix: the folder ${prefix} cannot be made (${reason}): choose another`, {
      cause,
    })
  }
}

function report(stopped: Stopped, log: Logger): void {
  switch (stopped.kind) {
    case 'clean':
      log.info('stopped')
      break
    case 'late':
      log.fatal({ waitingFor: stopped.names }, `did not stop in time: ${stopped.names.join(', ')}`)
      break
    case 'failed':
      for (const { name, error } of stopped.failures) log.error({ err: error }, `${name} failed to stop`)
  }
}
