import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import type { App } from './settings/setting.ts'
import { type Settings, settingRows } from './settings/table.ts'

export type { Logger }

export type LogLevel = Settings<App>['log_level']

/** Kong's levels are those of syslog; pino has fewer, and everything an operator must see at 3 a.m. is at least its `info`. */
export const PINO_LEVEL = {
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
 *
 * @param settings read anew for every line, so that a level that changes is in force at once, for children as well
 */
export function createLogger(
  settings: { readonly log_level: LogLevel },
  app: string,
  destination: DestinationStream = pino.destination({ fd: STDOUT, sync: true }),
): Logger {
  return pino(
    {
      name: app,
      level: 'debug',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      hooks: {
        logMethod(args, method, level) {
          if (level >= (pino.levels.values[PINO_LEVEL[settings.log_level]] ?? 0)) method.apply(this, args)
        },
      },
      redact: { paths: [...SECRETS, 'password', '*.password'], censor: '******' },
    },
    destination,
  )
}
