import { describe, expect, it } from 'vitest'
import type { FromWorker, LogLevel } from './messages.ts'
import { threadLog } from './thread-log.ts'

function aLog(least: LogLevel) {
  const lines: FromWorker[] = []
  const time = { now: 0 }
  const main = { postMessage: (line: FromWorker) => lines.push(line) }
  return {
    log: threadLog(
      main,
      () => least,
      () => time.now,
    ),
    lines,
    time,
  }
}

describe('the log of a worker', () => {
  it('keeps to the least level', () => {
    const { log, lines } = aLog('warn')
    log.info({}, 'small')
    log.warn({ a: 1 }, 'large')
    expect(lines).toEqual([{ kind: 'log', level: 'warn', fields: { a: 1 }, message: 'large' }])
  })

  it('writes a warning that repeats once a second, and counts the others', () => {
    const { log, lines, time } = aLog('debug')
    for (; time.now < 2_500; time.now += 10) log.warn({ at: time.now }, 'again')
    const fields = lines.map((line) => 'fields' in line && line.fields)
    expect(fields).toEqual([{ at: 0 }, { at: 1000, withheld: 99 }, { at: 2000, withheld: 99 }])
  })

  it('writes different warnings, and all that is asked for as information', () => {
    const { log, lines } = aLog('debug')
    for (const message of ['one', 'two']) log.error({}, message)
    for (let i = 0; i < 3; i++) log.info({}, 'one')
    expect(lines).toHaveLength(5)
  })
})
