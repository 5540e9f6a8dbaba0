import type { LogLevel, LogLevelSwitch } from '@biplane/service'
import type { Controls } from './controls.ts'
import type { LogLevel as WorkerLevel } from './messages.ts'

/** Workers write at four levels; Kong's settings know eight. */
const WORKER_LEVEL = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  error: 'error',
  crit: 'error',
  alert: 'error',
  emerg: 'error',
} as const satisfies Record<LogLevel, WorkerLevel>

/** Lets workers write what the process logs, now and after each change of its level. */
export function showLevel(levels: LogLevelSwitch, controls: Controls): void {
  controls.logLevel = WORKER_LEVEL[levels.log_level]
  levels.watch(({ to }) => {
    controls.logLevel = WORKER_LEVEL[to]
  })
}
