import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LogLevelSwitch, logLevelChanges } from './log-level.ts'
import { createLogger, type LogLevel } from './logger.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** What it logged, as level and message. */
function logged(configured: LogLevel, change: (levels: LogLevelSwitch) => void): string[] {
  const lines: string[] = []
  const levels = new LogLevelSwitch(configured)
  const write = (line: string): void => {
    const { level, msg } = JSON.parse(line)
    lines.push(`${level}: ${msg}`)
  }
  logLevelChanges(levels, createLogger(levels, 'dataplane', { write }))
  change(levels)
  return lines
}

describe('LogLevelSwitch', () => {
  it.each([
    ['debug', null, 200, 'log level changed', 'debug'],
    ['notice', null, 200, 'log level is already notice', 'notice'],
    ['info', '60', 200, 'log level changed', 'info'],
    ['emerg', '0.5', 200, 'log level changed', 'emerg'],
    ['debug', 'soon', 200, 'log level changed', 'debug'],
    ['debug', '1e300', 200, 'log level changed', 'debug'],
    ['debug', '0', 200, 'log level changed', 'notice'],
    ['debug', '-1', 400, 'timeout must be greater than or equal to 0', 'notice'],
    ['err', null, 400, 'unknown log level: err', 'notice'],
    ['DEBUG', null, 400, 'unknown log level: DEBUG', 'notice'],
  ] as const)('asked for %s with the timeout %s answers %i %s', (wanted, timeout, code, message, now) => {
    const levels = new LogLevelSwitch('notice')
    expect(levels.ask(wanted, timeout)).toEqual({ code, body: { message } })
    expect(levels.log_level).toBe(now)
    expect(levels.describe()).toEqual({ code: 200, body: { message: `log level: ${now}` } })
  })

  it.each([
    [null, 60_000],
    ['', 60_000],
    ['5', 5_000],
    ['0.5', 1_000],
  ])('returns to the level of the settings after the timeout %s', (timeout, ms) => {
    const levels = new LogLevelSwitch('error')
    levels.ask('debug', timeout)
    vi.advanceTimersByTime(ms - 1)
    expect(levels.log_level).toBe('debug')
    vi.advanceTimersByTime(1)
    expect(levels.log_level).toBe('error')
  })

  it('begins the time anew with another level, and returns to that of the settings all the same', () => {
    const levels = new LogLevelSwitch('notice')
    levels.ask('debug', '10')
    vi.advanceTimersByTime(9_000)
    levels.ask('info', '10')
    vi.advanceTimersByTime(9_000)
    expect(levels.log_level).toBe('info')
    vi.advanceTimersByTime(1_000)
    expect(levels.log_level).toBe('notice')
  })

  it('toggles debug without an end, also when it was asked for a while', () => {
    const levels = new LogLevelSwitch('notice')
    levels.ask('info', '1')
    levels.toggleDebug()
    vi.advanceTimersByTime(3_600_000)
    expect(levels.log_level).toBe('debug')
    levels.toggleDebug()
    expect(levels.log_level).toBe('notice')
  })

  it('stays at debug when that is what the settings say', () => {
    const levels = new LogLevelSwitch('debug')
    levels.toggleDebug()
    expect(levels.log_level).toBe('debug')
  })
})

describe('logLevelChanges', () => {
  it.each<[LogLevel, LogLevel, string[]]>([
    [
      'notice',
      'debug',
      ['info: the log level is debug from now on for 60 s', 'info: the log level is notice from now on'],
    ],
    [
      'error',
      'debug',
      ['info: the log level is debug from now on for 60 s', 'info: the log level is error from now on'],
    ],
    [
      'debug',
      'emerg',
      ['info: the log level is emerg from now on for 60 s', 'info: the log level is debug from now on'],
    ],
    [
      'error',
      'emerg',
      ['error: the log level is emerg from now on for 60 s', 'error: the log level is error from now on'],
    ],
  ])('tells a change from %s to %s and back, whatever is logged', (from, to, lines) => {
    const told = logged(from, (levels) => {
      levels.ask(to, null)
      vi.advanceTimersByTime(60_000)
    })
    expect(told).toEqual(lines)
  })

  it('tells how long it is, in whole seconds, also when that is the longest that there can be', () => {
    expect(logged('notice', (levels) => levels.ask('debug', 'Infinity'))).toEqual([
      'info: the log level is debug from now on for 2147482 s',
    ])
  })

  it('tells nothing when nothing changes', () => {
    expect(logged('notice', (levels) => levels.ask('notice', null))).toEqual([])
  })
})
