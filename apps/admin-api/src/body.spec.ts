import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { readBody, registerBodies } from './body.ts'
import { type Handler, resource } from './manners.ts'
import { registerProblems } from './problem.ts'

function anApp() {
  const app = Fastify({ exposeHeadRoutes: false })
  registerBodies(app)
  registerProblems(app, () => false)
  const missing: Handler = async (_request, reply) => reply.code(404).send({ message: 'Not found' })
  resource(app, '/missing', { POST: missing, PUT: missing, PATCH: missing, DELETE: missing })
  resource(app, '/echo', { POST: async (request) => readBody(request) })
  const size: Handler = async ({ body }) => ({ bytes: body instanceof Uint8Array && body.length })
  resource(app, '/bytes', { POST: size }, { anyBody: true })
  return app
}

const send = (method: string, url: string, type: string | undefined, payload: string) =>
  anApp().inject({
    method: method as 'POST', // whatever the row names
    url,
    ...(type && { headers: { 'content-type': type } }),
    payload,
  })

describe('a body', () => {
  it.each([
    ['POST', 'text/plain', 'a', 415],
    ['PUT', 'text/plain', '', 415],
    ['PATCH', 'application/json', '{', 400],
    ['POST', 'application/x-www-form-urlencoded', 'a=1&'.repeat(1001), 400],
    ['POST', 'application/json', '{}', 404],
    ['DELETE', 'application/json', '{', 404],
    ['DELETE', 'text/plain', 'a', 404],
  ])('%s %s %s is judged before anything is looked for', async (method, type, payload, status) => {
    expect((await send(method, '/missing', type, payload)).statusCode).toBe(status)
  })

  it.each([
    ['application/json; charset=utf-8', '{"a":[1]}', { kind: 'json', value: { a: [1] } }],
    ['Application/JSON', '{}', { kind: 'json', value: {} }],
    [
      'application/x-www-form-urlencoded',
      'a=1&a=%26+b',
      {
        kind: 'form',
        pairs: [
          ['a', '1'],
          ['a', '& b'],
        ],
      },
    ],
    [
      'application/x-www-form-urlencoded',
      'a&b=&c=d&e',
      {
        kind: 'form',
        pairs: [
          ['a', 'true'],
          ['b', ''],
          ['c', 'd'],
          ['e', 'true'],
        ],
      },
    ],
    [undefined, '', { kind: 'json', value: {} }],
  ])('of the type %s is read: %s', async (type, payload, read) => {
    expect((await send('POST', '/echo', type, payload)).json()).toEqual(read)
  })

  it.each([
    ['PATCH', '/echo', 'application/json', '{', 405],
    ['PATCH', '/echo', 'text/plain', 'a', 415],
    ['POST', '/nothing', 'application/json', '{', 404],
    ['POST', '/nothing', 'text/plain', 'a', 415],
    ['POST', '/nothing', undefined, 'a', 415],
  ])('%s %s of %s is not read where nothing is done with it', async (method, url, type, payload, status) => {
    expect((await send(method, url, type, payload)).statusCode).toBe(status)
  })

  it.each([
    ['text/plain', 'a'],
    ['application/json', '{'],
  ])('of the type %s that is refused ends no connection', async (type, payload) => {
    expect((await send('POST', '/echo', type, payload)).headers.connection).toBe('keep-alive')
  })

  it('is left as it is where any is taken', async () => {
    expect((await send('POST', '/bytes', 'text/yaml', 'a: 1')).json()).toEqual({ bytes: 4 })
  })
})
