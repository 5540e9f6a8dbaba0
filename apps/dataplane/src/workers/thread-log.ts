import type { MessagePort } from 'node:worker_threads'
import type { PluginLog } from '@biplane/plugins/handlers'
import { type FromWorker, type LogLevel, logLevels } from './messages.ts'

/** The log of a worker: its lines are written by the main thread, so that workers load no logger and lines never mix. */
export function threadLog(main: MessagePort, least: LogLevel): PluginLog {
  const writer =
    (level: LogLevel): PluginLog['info'] =>
    (fields, message) => {
      if (logLevels.indexOf(level) < logLevels.indexOf(least)) return
      main.postMessage({ kind: 'log', level, fields, message } satisfies FromWorker)
    }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}

/** What Node warns of, in this thread, becomes lines of the log like all others. */
export function logWarnings(log: PluginLog): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    // http-proxy uses util._extend: no operator can change that, and it works.
    if ('code' in warning && warning.code === 'DEP0060') return
    const { name, message, stack = '' } = warning
    log.warn({ warning: name, stack }, message)
  })
}
