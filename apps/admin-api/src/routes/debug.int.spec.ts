import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'

const databases = useDatabases()
let app: FastifyInstance

// Nothing was migrated and the database counts as lost: none of this needs one.
beforeEach(() => {
  app = anAdmin(databases.open(), {
    state: { unprepared: 'the database has not answered yet', isLost: true },
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
