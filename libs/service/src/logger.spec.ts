import { describe, expect, it } from 'vitest'
import { createLogger, type LogLevel } from './logger.ts'

function aLogger(log_level: LogLevel) {
  const lines: unknown[] = []
  const log = createLogger({ log_level }, 'dataplane', { write: (line) => lines.push(JSON.parse(line)) })
  return { log, lines }
}

describe('createLogger', () => {
  it('names app, level and time in every line', () => {
    const { log, lines } = aLogger('notice')
    log.warn({ node: 1 }, 'hello')
    expect(lines).toEqual([
      expect.objectContaining({
        name: 'dataplane',
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        node: 1,
        msg: 'hello',
      }),
    ])
  })

  it.each<[LogLevel, string[]]>([
    ['debug', ['debug', 'info', 'warn', 'error', 'fatal']],
    ['notice', ['info', 'warn', 'error', 'fatal']],
    ['warn', ['warn', 'error', 'fatal']],
    ['error', ['error', 'fatal']],
    ['emerg', ['fatal']],
  ])('logs at %s what is at least as severe', (level, expected) => {
    const { log, lines } = aLogger(level)
    for (const method of ['debug', 'info', 'warn', 'error', 'fatal'] as const) log[method]('x')
    expect(lines).toEqual(expected.map((logged) => expect.objectContaining({ level: logged })))
  })

  it('logs at the level of the moment, and so do the loggers made from it before', () => {
    const lines: unknown[] = []
    const settings: { log_level: LogLevel } = { log_level: 'error' }
    const log = createLogger(settings, 'dataplane', { write: (line) => lines.push(JSON.parse(line)) })
    const child = log.child({ node: 1 })
    child.debug('unseen')
    settings.log_level = 'debug'
    child.debug('seen')
    expect(lines).toEqual([expect.objectContaining({ node: 1, msg: 'seen' })])
  })

  it('masks secret settings, alone and within an object', () => {
    const { log, lines } = aLogger('notice')
    log.info(
      { pg_password: 'hush', settings: { cluster_cert_key: 'hush' }, connection: { password: 'hush' } },
      'x',
    )
    expect(JSON.stringify(lines)).not.toContain('hush')
  })
})
