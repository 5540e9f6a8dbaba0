import { setInterval as ticks } from 'node:timers/promises'
import { describeProblems, type Logger, type Reread, type Settings } from '@biplane/service'

/** What is taken over without a restart when the files that hold it change. */
const FOLLOWED = [
  'admin_tokens',
  'admin_client_roles',
  'admin_client_ca',
  'admin_ssl_cert',
  'admin_ssl_cert_key',
] as const

export type FollowedSettings = Pick<Settings<'admin-api'>, (typeof FOLLOWED)[number]>

const EVERY_MS = 5000

export interface Following {
  /** Those that the process was started with. */
  readonly started: FollowedSettings
  readonly reread: Reread<'admin-api'>
  /** Rejects where they cannot be used; then those before stay in force. */
  readonly apply: (settings: FollowedSettings) => Promise<void>
  readonly log: Logger
  readonly signal: AbortSignal
  readonly everyMs?: number
}

/**
 * Reads them again every few seconds, since nothing tells of a change of a mounted secret reliably, until the signal
 * aborts. What is wrong, or would open what was closed, is told once and not taken over. It is wrong only if it
 * still is at the next look: a certificate and its key are never written at the same moment.
 */
export async function followSettings(options: Following): Promise<void> {
  const { started, log, signal, everyMs = EVERY_MS } = options
  let current = started
  let [seen, told] = ['', '']
  for await (const _tick of untilAborted(everyMs, signal)) {
    const outcome = await takeOver(options, current)
    const wrong = 'problems' in outcome ? outcome.problems.join('; ') : ''
    if (wrong !== '' && wrong === seen && wrong !== told) {
      told = wrong
      log.error(
        { problems: wrong },
        'changed settings of the Admin API are wrong: those before stay in force',
      )
    }
    seen = wrong
    if ('problems' in outcome || outcome.settings === current) continue
    current = outcome.settings
    told = ''
    log.info('changed settings of the Admin API are in force')
  }
}

/** The settings that are in force now. */
type Outcome = { readonly problems: readonly string[] } | { readonly settings: FollowedSettings }

async function takeOver({ reread, apply }: Following, current: FollowedSettings): Promise<Outcome> {
  const read = reread(FOLLOWED)
  if ('problems' in read) return { problems: describeProblems(read.problems) }
  const problems = openings(current, read.settings)
  if (problems.length > 0) return { problems }
  if (textOf(read.settings) === textOf(current)) return { settings: current }
  try {
    await apply(read.settings)
    return { settings: read.settings }
  } catch (error) {
    // OpenSSL refuses some certificates that can be read, such as those with short keys.
    return { problems: [error instanceof Error ? error.message : String(error)] }
  }
}

function textOf(settings: FollowedSettings): string {
  return JSON.stringify(FOLLOWED.map((name) => settings[name]))
}

/** A file that was emptied by mistake must not let everybody in; whoever wants that starts anew. */
function openings(current: FollowedSettings, next: FollowedSettings): string[] {
  const lost = (['admin_tokens', 'admin_client_roles', 'admin_client_ca'] as const).filter((name) => {
    const [before, after] = [current[name], next[name]]
    return (before?.length ?? 0) > 0 && (after?.length ?? 0) === 0
  })
  return lost.map((name) => `${name}: there is none any more, which takes a restart`)
}

async function* untilAborted(everyMs: number, signal: AbortSignal): AsyncGenerator<void> {
  try {
    yield* ticks(everyMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
