import { type LogLevelWish, listenForLogLevels } from '@biplane/database'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import { eventually } from '../fixtures/eventually.ts'

const databases = useDatabases()
let app: FastifyInstance

// Nothing was migrated and the database counts as lost: none of this needs one.
beforeEach(() => {
  app = anAdmin(databases.open(), {
    condition: { unprepared: 'the database has not answered yet', isLost: true },
  })
})

const asked = async (url: string, options: InjectOptions = {}) => {
  const { statusCode, body } = await app.inject({ url, ...options })
  return [statusCode, body === '' ? null : JSON.parse(body)]
}
const put = (url: string, options: InjectOptions = {}) => asked(url, { method: 'PUT', ...options })
const path = '/debug/node/log-level'

describe('the log level of a node', () => {
  it('is told and changed in the words of Kong, without a database', async () => {
    expect(await asked(path)).toEqual([200, { message: 'log level: notice' }])
    expect(await put(`${path}/debug?timeout=60`)).toEqual([200, { message: 'log level changed' }])
    expect(await put(`${path}/debug`)).toEqual([200, { message: 'log level is already debug' }])
    expect(await asked(path)).toEqual([200, { message: 'log level: debug' }])
  })

  it.each([
    ['a level that there is not', 'PUT', `${path}/err`, 400, 'unknown log level: err'],
    ['a level in other letters', 'PUT', `${path}/DEBUG`, 400, 'unknown log level: DEBUG'],
    [
      'a time before now',
      'PUT',
      `${path}/debug?timeout=-1`,
      400,
      'timeout must be greater than or equal to 0',
    ],
    ['another verb', 'POST', `${path}/debug`, 405, 'Method not allowed'],
    ['a level to read', 'GET', `${path}/debug`, 405, 'Method not allowed'],
  ] as const)('refuses %s', async (_what, method, url, code, message) => {
    expect(await asked(url, { method })).toEqual([code, { message }])
    expect(await asked(path)).toEqual([200, { message: 'log level: notice' }])
  })

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'timeout=-1'],
    ['JSON', 'application/json', '{"timeout":-1}'],
  ])('takes the timeout from a body that is %s', async (_what, type, payload) => {
    const sent = { headers: { 'content-type': type }, payload }
    expect((await put(`${path}/debug`, sent))[0]).toBe(400)
    expect((await put(`${path}/debug?timeout=1`, sent))[0]).toBe(200)
  })
})

describe('the log level of the control plane', () => {
  it.each(['cluster', 'cluster/control-planes-nodes'])(
    'is changed by /debug/%s in all processes',
    async (whose) => {
      const db = databases.open()
      const stop = new AbortController()
      const heard: LogLevelWish[] = []
      const listening = listenForLogLevels(db, { signal: stop.signal, onWish: (wish) => heard.push(wish) })
      onTestFinished(() => {
        stop.abort()
        return listening
      })
      app = anAdmin(databases.open(db.settings))
      await eventually(async () => {
        expect(await put(`/debug/${whose}/log-level/info?timeout=7`)).toMatchObject([200, {}])
        return heard.length > 0
      })
      expect(heard[0]).toEqual({ level: 'info', timeout: '7' })
      expect(await asked(path)).toEqual([200, { message: 'log level: info' }])
      expect((await put(`/debug/${whose}/log-level/err`))[0]).toBe(400)
      expect(heard.map(({ level }) => level)).not.toContain('err')
    },
  )
})
