import { describe, expect, it } from 'vitest'
import { kongSettings, otherEnvironment } from './environment.ts'

describe('the environment of npm start', () => {
  const environment = {
    KONG_LOG_LEVEL: 'debug',
    KONG_PG_HOST: '',
    KONG_CONF: '/etc/kong.conf',
    HOME: '/root',
  }

  it('gives what was set as KONG_…, by setting name; empty counts as absent', () => {
    expect(kongSettings(environment)).toEqual({ log_level: 'debug' })
  })

  it('passes everything else on', () => {
    expect(otherEnvironment(environment)).toEqual({ HOME: '/root' })
  })
})
