import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { aDocument, load, MISSING, MY_ROUTE, MY_SERVICE } from '../fixtures/a-document.ts'
import { aDblessAdmin } from '../fixtures/memory.ts'

let app: FastifyInstance
beforeAll(async () => {
  app = await aDblessAdmin()
  await load(app, aDocument)
})

const get = async (url: string) => (await app.inject(url)).json()

describe('a write, without a database', () => {
  const service = { name: 'new', host: 'n.test' }
  const pem = { cert: 'no', key: 'no' }

  it.each([
    ['POST', '/services', service, "cannot create 'services' entities when not using a database"],
    [
      'PUT',
      `/services/${MISSING}`,
      service,
      "cannot create or update 'services' entities when not using a database",
    ],
    [
      'PUT',
      '/services/new',
      service,
      "cannot create or update 'services' entities by 'name' when not using a database",
    ],
    [
      'PATCH',
      `/services/${MY_SERVICE}`,
      { host: 'c.test' },
      "cannot update 'services' entities when not using a database",
    ],
    [
      'PATCH',
      '/services/my-service',
      { host: 'c.test' },
      "cannot update 'services' entities by 'name' when not using a database",
    ],
    [
      'DELETE',
      `/services/${MY_SERVICE}`,
      undefined,
      "cannot remove 'services' entities when not using a database",
    ],
    [
      'DELETE',
      '/routes/my-route',
      undefined,
      "cannot remove 'routes' entities by 'name' when not using a database",
    ],
    [
      'POST',
      '/services/my-service/routes',
      { paths: ['/a'] },
      "cannot create 'routes' entities when not using a database",
    ],
    [
      'POST',
      '/consumers/me/key-auth',
      {},
      "cannot create 'keyauth_credentials' entities when not using a database",
    ],
    [
      'POST',
      '/upstreams/up/targets',
      { target: '10.0.0.3' },
      "cannot create 'targets' entities when not using a database",
    ],
    [
      'DELETE',
      '/upstreams/up/targets/10.0.0.1:80',
      undefined,
      "cannot remove 'targets' entities when not using a database",
    ],
    [
      'PUT',
      '/consumers/me/acls/any',
      {},
      "cannot create or update 'acls' entities when not using a database",
    ],
    [
      'PATCH',
      `/routes/${MY_ROUTE}/service`,
      { host: 'd.test' },
      "cannot update 'services' entities when not using a database",
    ],
    ['POST', '/plugins', { name: 'key-auth' }, "cannot create 'plugins' entities when not using a database"],
  ] as const)('%s %s is refused in the words of Kong', async (method, url, payload, message) => {
    const answer = await app.inject({ method, url, ...(payload && { payload }) })
    expect(answer.json()).toEqual({ code: 12, name: 'operation unsupported', message })
    expect(answer.statusCode).toBe(405)
  })

  it.each([
    ['POST', '/services', { host: 'x y' }, 400, 'schema violation'],
    ['POST', '/certificates', pem, 400, 'schema violation'],
    ['PATCH', `/services/${MY_SERVICE}`, { port: -1 }, 400, 'schema violation'],
    ['PATCH', `/services/${MISSING}`, { port: 1 }, 404, 'not found'],
    ['POST', '/routes', { paths: ['/'], service: { name: 'ghost' } }, 400, 'foreign keys unresolved'],
  ] as const)('%s %s %j is refused for itself first', async (method, url, payload, status, name) => {
    const answer = await app.inject({ method, url, payload })
    expect([answer.statusCode, answer.json().name]).toEqual([status, name])
  })

  it('that removes what lies below another parent finds nothing', async () => {
    const answer = await app.inject({ method: 'DELETE', url: '/services/other/routes/my-route' })
    expect([answer.statusCode, answer.json()]).toEqual([404, { message: 'Not found' }])
  })

  it('that removes what is not there has nothing to do', async () => {
    expect((await app.inject({ method: 'DELETE', url: `/services/${MISSING}` })).statusCode).toBe(204)
  })

  it('changes nothing', async () => {
    expect((await get('/services')).data).toHaveLength(2)
  })
})
