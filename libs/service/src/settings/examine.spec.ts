import { describe, expect, it } from 'vitest'
import { aPair, surroundings } from '../fixtures.ts'
import { examineSettings, givenNames } from './examine.ts'

const pair = await aPair()
const [cert, key] = [pair.cert.trim(), pair.key.trim()]
const other = await aPair()
const { readFile } = surroundings({ '/k.conf': 'pg_host = db', '/secret': 'word', '/bad.conf': 'nonsense' })

describe('examineSettings', () => {
  it('tells the settings that are right beside the problems of the others', () => {
    const env = {
      KONG_CLUSTER_CERT: cert,
      KONG_LOG_LEVEL: 'loud',
      KONG_CLUSTER_LISTN: 'x',
      KONG_CONF: '/bad.conf',
    }
    const { problems, sound, unknown, given } = examineSettings('dataplane', env, readFile)
    expect(problems.map(({ setting }) => setting)).toEqual(['KONG_CONF', 'log_level', 'cluster_cert_key'])
    expect(sound).toMatchObject({ cluster_cert: cert, proxy_listen: [{ port: 8000 }, { port: 8443 }] })
    expect(sound).not.toHaveProperty('log_level')
    expect(unknown).toEqual(['cluster_listn'])
    expect(given.get('log_level')).toBe('loud')
  })

  it('tells both halves of a pair that do not belong together', () => {
    const env = { KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: other.key }
    const { problems, sound } = examineSettings('dataplane', env, readFile)
    expect(problems).toMatchObject([{ setting: 'cluster_cert_key' }])
    expect(sound).toMatchObject({ cluster_cert: cert, cluster_cert_key: other.key.trim() })
  })

  it('tells all settings where there is no problem', () => {
    const env = { KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: key, KONG_CONF: '/k.conf' }
    expect(examineSettings('dataplane', env, readFile)).toMatchObject({
      problems: [],
      sound: { log_level: 'notice' },
      unknown: [],
    })
  })
})

describe('givenNames', () => {
  it('tells what is given, by variables, by files of values and by the settings file', () => {
    const env = {
      KONG_PG_PASSWORD_FILE: '/secret',
      KONG_ROLE: 'control_plane',
      KONG_CONF: '/k.conf',
      PATH: '/',
    }
    expect([...givenNames(env, readFile)].sort()).toEqual(['pg_host', 'pg_password', 'role'])
  })

  it('reads no file of a value', () => {
    expect([...givenNames({ KONG_PG_PASSWORD_FILE: '/none' }, readFile)]).toEqual(['pg_password'])
  })
})
