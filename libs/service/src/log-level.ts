import { type Logger, type LogLevel, PINO_LEVEL } from './logger.ts'
import { logLevels } from './settings/log-levels.ts'

/** A change of level, told before it is in force or after, whichever logs more. */
export interface LevelChange {
  readonly from: LogLevel
  readonly to: LogLevel
  /** Seconds after which it ends by itself; null if it does not. */
  readonly forSeconds: number | null
}

export interface LevelAnswer {
  readonly code: 200 | 400
  readonly body: { readonly message: string }
}

const DEFAULT_SECONDS = 60
/** What a timer can wait for. */
const LONGEST_SECONDS = Math.floor(2 ** 31 / 1000) - 1

/** The level that is logged at: that of the settings, except while somebody wants to see more or less. */
export class LogLevelSwitch {
  readonly #configured: LogLevel
  readonly #watchers: ((change: LevelChange) => void)[] = []
  #level: LogLevel
  #end: NodeJS.Timeout | undefined

  constructor(configured: LogLevel) {
    this.#configured = configured
    this.#level = configured
  }

  /** Named like the setting, so that a logger reads it instead. */
  get log_level(): LogLevel {
    return this.#level
  }

  /** Calls it for every change from now on. */
  watch(watcher: (change: LevelChange) => void): void {
    this.#watchers.push(watcher)
  }

  /** What Kong's `GET /debug/node/log-level` answers. */
  describe(): LevelAnswer {
    return answer(200, `log level: ${this.#level}`)
  }

  /**
   * What Kong's `PUT /debug/node/log-level/{level}?timeout=` does and answers: after the time, 60 seconds if it is no
   * number, the level is that of the settings again; at once with 0.
   */
  ask(wanted: string, timeout: string | null): LevelAnswer {
    const level = logLevels.find((known) => known === wanted)
    const given = timeout === null || timeout.trim() === '' ? Number.NaN : Math.ceil(Number(timeout))
    const seconds = Number.isNaN(given) ? DEFAULT_SECONDS : given
    if (level === undefined) return answer(400, `unknown log level: ${wanted}`)
    if (seconds < 0) return answer(400, 'timeout must be greater than or equal to 0')
    if (level === this.#level) return answer(200, `log level is already ${level}`)
    this.#set(seconds === 0 ? this.#configured : level, Math.min(seconds, LONGEST_SECONDS))
    return answer(200, 'log level changed')
  }

  /** To debug, until this is called again. */
  toggleDebug(): void {
    this.#set(this.#level === 'debug' ? this.#configured : 'debug', null)
  }

  #set(to: LogLevel, forSeconds: number | null): void {
    clearTimeout(this.#end)
    const isOwn = to === this.#configured
    if (!isOwn && forSeconds !== null) this.#end = this.#endAfter(forSeconds)
    const change = { from: this.#level, to, forSeconds: isOwn ? null : forSeconds }
    if (change.from === to) return
    const logsMore = logLevels.indexOf(to) < logLevels.indexOf(change.from)
    if (logsMore) this.#level = to
    for (const watcher of this.#watchers) watcher(change)
    this.#level = to
  }

  #endAfter(seconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#set(this.#configured, null), seconds * 1000).unref()
  }
}

/** One line for each change, whichever level it is from and to. */
export function logLevelChanges(levels: LogLevelSwitch, log: Logger): void {
  levels.watch(({ from, to, forSeconds }) => {
    const [wider = 'info'] = logLevels.filter((level) => level === from || level === to)
    const method = PINO_LEVEL[wider] === 'debug' ? 'info' : PINO_LEVEL[wider]
    const until = forSeconds === null ? '' : ` for ${forSeconds} s`
    log[method]({ from, to, forSeconds }, `the log level is ${to} from now on${until}`)
  })
}

function answer(code: 200 | 400, message: string): LevelAnswer {
  return { code, body: { message } }
}
