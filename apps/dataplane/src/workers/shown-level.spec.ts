import { LogLevelSwitch } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { Controls } from './controls.ts'
import { showLevel } from './shown-level.ts'
import { threadLog } from './thread-log.ts'

describe('showLevel', () => {
  it('lets workers write what the process logs at the moment', () => {
    const lines: unknown[] = []
    const levels = new LogLevelSwitch('notice')
    const controls = new Controls()
    // As a worker sees it: by the memory that it shares.
    const seen = new Controls(controls.buffer)
    const log = threadLog(
      { postMessage: (line: unknown) => lines.push(line) },
      () => seen.logLevel,
      () => 0,
    )
    showLevel(levels, controls)
    log.debug({}, 'before')
    levels.ask('debug', null)
    log.debug({}, 'meanwhile')
    levels.ask('crit', null)
    log.warn({}, 'after')
    log.error({}, 'at last')
    expect(lines).toEqual([
      expect.objectContaining({ level: 'debug', message: 'meanwhile' }),
      expect.objectContaining({ level: 'error', message: 'at last' }),
    ])
  })
})
