import { describe, expect, it } from 'vitest'
import { aContext, type ContextFixture } from '../fixtures.ts'
import { requestTermination } from './handler.ts'
import type { RequestTerminationConfig } from './schema.ts'

describe('request-termination', () => {
  it.each<[Partial<RequestTerminationConfig>, unknown]>([
    [{}, { status: 503, body: { message: 'Service unavailable' } }],
    [{ status_code: 401 }, { status: 401, body: { message: 'Unauthorized' } }],
    [{ status_code: 404 }, { status: 404, body: { message: 'Not found' } }],
    [{ status_code: 405 }, { status: 405, body: { message: 'Method not allowed' } }],
    [{ status_code: 500 }, { status: 500, body: { message: 'An unexpected error occurred' } }],
    [{ status_code: 502 }, { status: 502, body: { message: 'Bad Gateway' } }],
    [{ status_code: 204 }, { status: 204 }],
    [{ status_code: 403 }, { status: 403 }],
    [
      { status_code: 406, message: 'Invalid' },
      { status: 406, body: { message: 'Invalid' } },
    ],
    [
      { status_code: 200, body: '<p>no</p>' },
      { status: 200, body: '<p>no</p>' },
    ],
    [
      { body: '<p>no</p>', content_type: 'text/html' },
      { status: 503, body: '<p>no</p>', headers: { 'Content-Type': 'text/html' } },
    ],
  ])('answers %j with %j', async (config, expected) => {
    expect(await access(config, {})).toEqual(expected)
  })

  it.each<[string, ContextFixture, boolean]>([
    ['a header of that name', { headers: { 'X-Stop': '' } }, true],
    ['a query argument of that name', { query: 'x-stop' }, true],
    ['neither', { headers: { 'x-go': '1' }, query: 'go=1' }, false],
  ])('with a trigger and %s', async (_title, fixture, terminated) => {
    expect((await access({ trigger: 'x-stop' }, fixture)) !== undefined).toBe(terminated)
  })

  it('echoes what the data plane made of the request', async () => {
    const route = { id: 'r1', name: 'a-route' }
    const service = { id: 's1', name: 'a-service' }
    const verdict = await access(
      { echo: true, status_code: 200, message: 'seen' },
      {
        method: 'POST',
        path: '/a',
        query: 'b=1&b=2&c=3',
        headers: { 'Content-Type': 'application/json', 'X-Many': ['1', '2'] },
        body: '{"d":4}',
        route,
        service,
      },
    )
    expect(verdict).toEqual({
      status: 200,
      body: {
        message: 'seen',
        kong: { node_id: 'a-node', worker_pid: process.pid, hostname: 'node.test' },
        request: {
          method: 'POST',
          scheme: 'http',
          host: 'api.test',
          port: 8000,
          path: '/a',
          headers: { 'content-type': 'application/json', 'x-many': ['1', '2'] },
          query: { b: ['1', '2'], c: '3' },
          body: { d: 4 },
          raw_body: '{"d":4}',
        },
        matched_route: route,
        matched_service: service,
      },
    })
  })

  it('asks for the body only to echo it', () => {
    expect(requestTermination.create({ ...DEFAULTS }).needs).toEqual({})
    expect(requestTermination.create({ ...DEFAULTS, echo: true }).needs).toHaveProperty('requestBody.limit')
  })
})

const DEFAULTS: RequestTerminationConfig = {
  status_code: 503,
  message: null,
  content_type: null,
  body: null,
  echo: false,
  trigger: null,
}

async function access(config: Partial<RequestTerminationConfig>, fixture: ContextFixture) {
  return requestTermination.create({ ...DEFAULTS, ...config }).access?.(aContext(fixture))
}
