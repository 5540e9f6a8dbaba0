import { expect, it } from 'vitest'
import { anInputWith, refusalOf } from '../fixtures.ts'

const levels = ['log_level', 'successful_severity', 'client_errors_severity', 'server_errors_severity']

it.each(['loggly', 'syslog'])('a level of %s is one of syslog', (name) => {
  for (const level of levels) {
    expect(refusalOf(anInputWith(name, { [level]: 'crit' }))).toBeNull()
    expect(refusalOf(anInputWith(name, { [level]: 'fatal' }))).toEqual({
      config: { [level]: 'expected one of: debug, info, notice, warning, err, crit, alert, emerg' },
    })
  }
})
