import { setInterval as ticks } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { describeProblems, type Reread } from './load.ts'
import type { App } from './setting.ts'
import type { SettingName, Settings } from './table.ts'

const EVERY_MS = 5000

export interface Following<A extends App, N extends SettingName & keyof Settings<A>> {
  /** What is taken over without a restart when the files that hold it change. */
  readonly names: readonly N[]
  /** Those that the process was started with. */
  readonly started: Pick<Settings<A>, N>
  readonly reread: Reread<A>
  /** For the log, such as `settings of the Admin API`. */
  readonly what: string
  /** What is wrong with settings that are right by themselves, after those that are in force; a line each. */
  readonly judge?: (next: Pick<Settings<A>, N>, current: Pick<Settings<A>, N>) => readonly string[]
  /** Throws or rejects where they cannot be used; then those before stay in force. */
  readonly apply: (next: Pick<Settings<A>, N>) => void | Promise<void>
  readonly log: Logger
  readonly signal: AbortSignal
  readonly everyMs?: number
}

/**
 * Reads settings again every few seconds, since nothing tells of a change of a mounted secret reliably, until the signal
 * aborts. What is wrong is told once and not taken over. It is wrong only if it still is at the next look: a certificate
 * and its key are never written at the same moment.
 */
export async function followSettings<A extends App, N extends SettingName & keyof Settings<A>>(
  following: Following<A, N>,
): Promise<void> {
  const { started, what, log, signal, everyMs = EVERY_MS } = following
  let current = started
  let [seen, told] = ['', '']
  for await (const _tick of untilAborted(everyMs, signal)) {
    const outcome = await takeOver(following, current)
    const wrong = 'problems' in outcome ? outcome.problems.join('; ') : ''
    if (wrong !== '' && wrong === seen && wrong !== told) {
      told = wrong
      log.error({ what, problems: wrong }, 'changed settings are wrong: those before stay in force')
    }
    seen = wrong
    if ('problems' in outcome || outcome.settings === current) continue
    current = outcome.settings
    told = ''
    log.info({ what }, 'changed settings are in force')
  }
}

/** The settings that are in force now. */
type Outcome<S> = { readonly problems: readonly string[] } | { readonly settings: S }

async function takeOver<A extends App, N extends SettingName & keyof Settings<A>>(
  { names, reread, judge, apply }: Following<A, N>,
  current: Pick<Settings<A>, N>,
): Promise<Outcome<Pick<Settings<A>, N>>> {
  const read = reread(names)
  if ('problems' in read) return { problems: describeProblems(read.problems) }
  const problems = judge?.(read.settings, current) ?? []
  if (problems.length > 0) return { problems }
  if (textOf(names, read.settings) === textOf(names, current)) return { settings: current }
  try {
    await apply(read.settings)
    return { settings: read.settings }
  } catch (error) {
    // OpenSSL refuses some certificates that can be read, such as those with short keys.
    return { problems: [error instanceof Error ? error.message : String(error)] }
  }
}

function textOf<A extends App, N extends SettingName & keyof Settings<A>>(
  names: readonly N[],
  settings: Pick<Settings<A>, N>,
): string {
  return JSON.stringify(names.map((name) => settings[name]))
}

async function* untilAborted(everyMs: number, signal: AbortSignal): AsyncGenerator<void> {
  try {
    yield* ticks(everyMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
