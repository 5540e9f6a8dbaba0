import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import type { App } from './settings/setting.ts'
import { type Settings, settingRows } from './settings/table.ts'

export type { Logger }

export type LogLevel = Settings<App>['log_level']

/** Kong's levels are those of syslog; pino has fewer, and everything an operator must see at 3 a.m. is at least its `info`. */
const PINO_LEVEL = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  error: 'error',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
} as const satisfies Record<LogLevel, string>

const STDOUT = 1

const SECRETS = settingRows.flatMap(([name, { secret }]) => (secret ? [name, `*.${name}`] : []))

/**
 * JSON lines on standard output. They are written at once: pino's own default writes later, so that the last lines
 * before an exit change their order or, from a worker thread, are lost. Nothing is logged per request that this could slow.
 */
export function createLogger(
  settings: { readonly log_level: LogLevel },
  app: string,
  destination: DestinationStream = pino.destination({ fd: STDOUT, sync: true }),
): Logger {
  return pino(
    {
      name: app,
      level: PINO_LEVEL[settings.log_level],
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      redact: { paths: [...SECRETS, 'password', '*.password'], censor: '******' },
    },
    destination,
  )
}

/** Changes the level of a logger while it is in use; loggers made from it before keep theirs. */
export function setLogLevel(log: Logger, level: LogLevel): void {
  log.level = PINO_LEVEL[level]
}
