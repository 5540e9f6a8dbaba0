import type { MessagePort } from 'node:worker_threads'
import type { PluginLog } from '@biplane/plugins/handlers'
import { LRUCache } from 'lru-cache'
import { type FromWorker, type LogLevel, logLevels } from './messages.ts'

/** What goes wrong with one request goes wrong with thousands: the same warning is written once in this time. */
const QUIET_MS = 1_000
/** Plugins make messages of their own; no more of them than this are remembered. */
const MESSAGES = 100

/**
 * The log of a worker: its lines are written by the main thread, so that workers load no logger and lines never mix.
 * Warnings and errors that repeat are counted instead, and the next one of them that is written says how many.
 *
 * @param least asked for every line: the least severe ones that are written
 * @param clock milliseconds
 */
export function threadLog(
  main: Pick<MessagePort, 'postMessage'>,
  least: () => LogLevel,
  clock: () => number,
): PluginLog {
  const lastWritten = new LRUCache<string, { readonly at: number; withheld: number }>({ max: MESSAGES })
  const write = (level: LogLevel, fields: Fields, message: string): void =>
    main.postMessage({ kind: 'log', level, fields, message } satisfies FromWorker)
  const writer =
    (level: LogLevel): PluginLog['info'] =>
    (fields, message) => {
      if (logLevels.indexOf(level) < logLevels.indexOf(least())) return
      if (level === 'debug' || level === 'info') return write(level, fields, message)
      const at = clock()
      const last = lastWritten.get(message)
      if (last !== undefined && at - last.at < QUIET_MS) {
        last.withheld += 1
        return
      }
      lastWritten.set(message, { at, withheld: 0 })
      const withheld = last?.withheld ?? 0
      write(level, withheld === 0 ? fields : { ...fields, withheld }, message)
    }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}

type Fields = Parameters<PluginLog['info']>[0]

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
