import { describe, expect, it } from 'vitest'
import { aPair, surroundings } from '../fixtures.ts'
import { describeProblems, loadSettings, loadSome } from './load.ts'

const { cert, key } = await aPair()
const certificates = { KONG_CLUSTER_CERT: cert, KONG_CLUSTER_CERT_KEY: key }
const { readFile } = surroundings({
  '/k.conf': 'log_level = debug\nprefix = /from-file',
  '/bad.conf': 'nonsense',
  '/program': 'no settings\n'.repeat(500),
  '/secret': ' two words \n',
  '/empty': '\n',
})

function load(env: Record<string, string>) {
  return loadSettings('dataplane', { ...certificates, ...env }, readFile, 4)
}

describe('loadSettings', () => {
  it('reads variables', () => {
    expect(load({ KONG_LOG_LEVEL: ' warn ' })).toMatchObject({ settings: { log_level: 'warn' } })
  })

  it('counts an empty variable as absent', () => {
    expect(load({ KONG_LOG_LEVEL: '' })).toMatchObject({ settings: { log_level: 'notice' } })
  })

  it('lets variables win over the file', () => {
    expect(load({ KONG_CONF: '/k.conf', KONG_LOG_LEVEL: 'warn' })).toMatchObject({
      settings: { log_level: 'warn', prefix: '/from-file', lmdb_environment_path: '/from-file/dbless.lmdb' },
    })
  })

  it('reports the problems of the file along with the others', () => {
    expect(load({ KONG_CONF: '/bad.conf', KONG_LOG_LEVEL: 'loud' })).toMatchObject({
      problems: [
        { setting: 'KONG_CONF', message: expect.stringContaining('line 1') },
        { setting: 'log_level' },
      ],
    })
    expect(load({ KONG_CONF: '/none.conf' })).toMatchObject({
      problems: [{ setting: 'KONG_CONF', value: '/none.conf' }],
    })
  })

  it('tells of a file of something else in a few lines', () => {
    const loaded = load({ KONG_CONF: '/program' })
    const messages = 'problems' in loaded ? loaded.problems.map(({ message }) => message) : []
    expect(messages).toHaveLength(6)
    expect(messages.at(-1)).toBe('name a settings file: 495 more lines of this one are no settings')
  })

  it('names what no app has', () => {
    expect(load({ KONG_LOGLEVEL: 'warn', KONG_PG_HOST: 'db', HOME: '/' })).toMatchObject({
      unknown: ['loglevel'],
    })
  })

  it('shows no key that stands beside its certificate', () => {
    expect(load({ KONG_CLUSTER_CERT: `${cert}\n${key}` })).toMatchObject({
      effective: { cluster_cert: '******', cluster_cert_key: '******' },
    })
  })

  it('shows what it runs with as Kong does, without secrets', () => {
    expect(load({ KONG_NGINX_WORKER_PROCESSES: '3', KONG_DEBUG_REVISION: 'on' })).toMatchObject({
      effective: {
        role: 'data_plane',
        proxy_listen: [
          '0.0.0.0:8000 reuseport backlog=16384',
          '0.0.0.0:8443 http2 ssl reuseport backlog=16384',
        ],
        cluster_cert_key: '******',
        proxy_server: null,
        debug_revision: true,
        cluster_max_payload: 16_777_216,
      },
    })
  })
})

describe('loadSome', () => {
  const some = (env: Record<string, string>) => loadSome('admin-api', ['pg_host', 'pg_port'], env, readFile)

  it('needs nothing but what is named, and gives nothing else', () => {
    expect(some({ KONG_PG_HOST: 'db', KONG_ADMIN_LISTEN: 'nonsense' })).toEqual({
      settings: { pg_host: 'db', pg_port: 5432 },
    })
  })

  it('reports what is wrong with the named ones and with the file', () => {
    expect(some({ KONG_PG_PORT: 'x', KONG_CONF: '/bad.conf' })).toMatchObject({
      problems: [{ setting: 'KONG_CONF' }, { setting: 'pg_port', value: 'x' }],
    })
    expect(some({ KONG_CONF: '/none.conf' })).toMatchObject({ problems: [{ setting: 'KONG_CONF' }] })
  })

  it('reads no file of a setting that is not asked for', () => {
    const env = { KONG_FEED_CERT_KEY_FILE: '/none', KONG_PG_HOST_FILE: '/none' }
    expect(some(env)).toMatchObject({ problems: [{ setting: 'pg_host_file' }] })
    expect(load(env)).toHaveProperty('settings')
  })

  it('finds paths under the prefix though that is not named', () => {
    const env = { KONG_PREFIX: '/p', KONG_LMDB_ENVIRONMENT_PATH: 'data' }
    expect(loadSome('dataplane', ['lmdb_environment_path'], env, readFile)).toEqual({
      settings: { lmdb_environment_path: '/p/data' },
    })
  })
})

describe('loadSettings, for a value that is kept in a file', () => {
  function password(env: Record<string, string>) {
    const required = { KONG_FEED_CERT: cert, KONG_FEED_CERT_KEY: key }
    const loaded = loadSettings('admin-api', { ...certificates, ...required, ...env }, readFile, 4)
    if ('problems' in loaded) return loaded.problems.map(({ setting, value }) => [setting, value])
    return { password: loaded.settings.pg_password, unknown: loaded.unknown }
  }

  it('takes what the file holds, without the line break at its end', () => {
    expect(password({ KONG_PG_PASSWORD_FILE: '/secret' })).toEqual({ password: 'two words', unknown: [] })
  })

  it('lets it win over the settings file', () => {
    expect(load({ KONG_CONF: '/k.conf', KONG_LOG_LEVEL_FILE: '/secret' })).toMatchObject({
      problems: [{ setting: 'log_level', value: 'two words' }],
    })
  })

  it.each([
    ['the value is given too', { KONG_PG_PASSWORD_FILE: '/secret', KONG_PG_PASSWORD: 'x' }, '/secret'],
    ['there is no such file', { KONG_PG_PASSWORD_FILE: '/none' }, '/none'],
    ['the file is empty', { KONG_PG_PASSWORD_FILE: '/empty' }, '/empty'],
  ])('names the file when %s', (_what, env, path) => {
    expect(password(env)).toEqual([['pg_password_file', path]])
  })

  it.each(['hunter2', '/b64+=\nsecond line', '-----BEGIN PRIVATE KEY-----'])(
    'does not repeat what was given in place of a path: %o',
    (KONG_SSL_CERT_KEY_FILE) => {
      const loaded = load({ KONG_SSL_CERT_KEY_FILE })
      expect(loaded).toMatchObject({ problems: [{ setting: 'ssl_cert_key_file', value: '******' }] })
      expect(JSON.stringify(loaded)).not.toContain(KONG_SSL_CERT_KEY_FILE.slice(0, 6))
    },
  )

  it('takes a variable that only looks like one for what it is: unknown', () => {
    expect(load({ KONG_NOTHING_FILE: '/none' })).toMatchObject({ unknown: ['nothing_file'] })
  })
})

it('describes problems in a line each, with the value where there is one', () => {
  const problems = [
    { setting: 'log_level', value: 'loud', message: 'use debug' },
    { setting: 'cluster_cert', value: '', message: 'give one' },
  ]
  expect(describeProblems(problems)).toEqual(['log_level = loud: use debug', 'cluster_cert: give one'])
})
