import type { PluginContext, PluginDefinition, PluginHandler } from '@biplane/plugins/handlers'
import { describe, expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { anUpstream, serviceAt } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'

const open = closedAfterEach()

/** A gateway whose route `/` leads to an echo, with these global plugins, the first with the highest priority. */
async function gatewayWith(handlers: Record<string, PluginHandler>): Promise<Gateway> {
  const plugins = Object.entries(handlers).map(
    ([name, handler], i): PluginDefinition => ({ name, priority: 1000 - i, create: () => handler }),
  )
  const upstream = await anUpstream()
  const gateway = await aGateway({ plugins })
  open.push(upstream, gateway)
  const { id } = gateway.put('services', serviceAt(upstream))
  gateway.put('routes', { paths: ['/'], service: { id } })
  for (const { name } of plugins) gateway.plug(name)
  gateway.serve()
  return gateway
}

/** A handler that TypeScript would not let anybody write. */
function unsound(access: (context: PluginContext) => unknown): PluginHandler {
  return { access: (context) => access(context) as undefined }
}

const refusing: PluginHandler = { access: () => ({ status: 403, body: { message: 'no' } }) }

describe('the plugins of a request', () => {
  it('may answer it, and then all of them still see the response and its end', async () => {
    const seen: string[] = []
    const watching = (name: string): PluginHandler => ({
      access: () => {
        seen.push(`${name} access`)
        return undefined
      },
      response: (context) => {
        context.response.headers.set(name, String(context.response.status))
        return undefined
      },
      log: () => seen.push(`${name} log`),
    })
    const gateway = await gatewayWith({ before: watching('before'), refusing, after: watching('after') })
    const response = await fetch(gateway.url)
    expect(response.status).toBe(403)
    expect(await response.text()).toBe('{"message":"no"}')
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect([response.headers.get('before'), response.headers.get('after')]).toEqual(['403', '403'])
    expect(seen).toEqual(['before access', 'before log', 'after log'])
  })

  it.each<[string, PluginHandler]>([
    [
      'throws',
      {
        access() {
          throw new Error('a bug')
        },
      },
    ],
    ['rejects', { access: () => Promise.reject(new Error('a bug')) }],
    [
      'throws on the response',
      {
        response() {
          throw new Error('a bug')
        },
      },
    ],
    ['answers with nothing that can be sent', unsound(() => ({ status: 'teapot' }))],
    ['answers with a header that cannot be sent', unsound(() => ({ status: 200, headers: { 'a b': 'c' } }))],
    ['answers with what is no verdict', unsound(() => true)],
    [
      'promises such an answer, in a promise of its own sort',
      unsound(() => Object.fromEntries([['then', (done: (value: unknown) => void) => done(null)]])),
    ],
    ['answers with what no JSON is', unsound(() => ({ status: 200, body: { many: 5n } }))],
    [
      'asks the upstream by no method',
      unsound(({ upstream }) => void Object.assign(upstream, { method: 'A B' })),
    ],
    ['asks for a path that is no text', unsound(({ upstream }) => void Object.assign(upstream, { path: 5 }))],
    [
      'asks for a host that is no text',
      unsound(({ upstream }) => void Object.assign(upstream, { host: {} })),
    ],
    [
      'throws what cannot be told',
      {
        access() {
          throw Object.create(null)
        },
      },
    ],
    [
      'replaces a body by what is no bytes',
      {
        needs: { responseBody: { limit: 10_000 } },
        response({ response: { body } }) {
          if (body !== null) Reflect.apply(body.replace, body, ['a text'])
          return undefined
        },
      },
    ],
    ['sets a header that cannot be', unsound(({ request }) => request.headers.set('a b', 'c'))],
  ])('cost only their own request when one %s', async (_what, broken) => {
    const gateway = await gatewayWith({ broken })
    for (const _ of [1, 2]) {
      const response = await fetch(gateway.url)
      expect(response.status).toBe(500)
      expect(await response.text()).toBe('{"message":"An unexpected error occurred"}')
    }
    expect(gateway.lines).toEqual(["the plugin 'broken' failed", "the plugin 'broken' failed"])
  })

  it('do not break a response off when one fails after it', async () => {
    const broken: PluginHandler = {
      log() {
        throw new Error('a bug')
      },
    }
    const gateway = await gatewayWith({ broken })
    expect((await fetch(gateway.url)).status).toBe(200)
    await expect.poll(() => gateway.lines, { timeout: 10_000 }).toEqual(["the plugin 'broken' failed"])
  })

  it('change what goes upstream, but cannot be made to drop it by a client', async () => {
    const marking: PluginHandler = {
      access({ request }) {
        request.headers.set('X-Mark', 'mine')
        request.query.remove('secret')
        return undefined
      },
    }
    const gateway = await gatewayWith({ marking })
    const response = await fetch(`${gateway.url}/?b=1&secret=x&a=2`, { headers: { 'x-mark': 'forged' } })
    expect(await response.json()).toMatchObject({ url: '/?a=2&b=1', headers: { 'x-mark': 'mine' } })
  })

  it('read a request body up to their limit, and may replace it', async () => {
    const shouting: PluginHandler = {
      needs: { requestBody: { limit: 10 } },
      access({ request: { body } }) {
        body?.replace(Buffer.from(Buffer.from(body.bytes).toString().toUpperCase()))
        return undefined
      },
    }
    const blind: PluginHandler = {
      access: ({ request }) => (request.body === null ? undefined : { status: 500 }),
    }
    const gateway = await gatewayWith({ shouting, blind })
    const post = async (body: string) => (await fetch(gateway.url, { method: 'POST', body })).json()
    expect(await post('short')).toMatchObject({ body: 'SHORT', headers: { 'content-length': '5' } })
    expect(await post('a longer text')).toMatchObject({ body: 'a longer text' })
    expect(await (await fetch(gateway.url)).json()).toMatchObject({ body: '' })
  })

  it('read only the bodies that they say they need, and may give one to a request that has none', async () => {
    const writing: PluginHandler = {
      needs: {
        requestBody: {
          limit: 10,
          evenIfNone: true,
          when: ({ request }) => request.headers.get('x-write') === '1',
        },
      },
      access({ request: { body } }) {
        body?.replace(Buffer.from(`${body.bytes.byteLength} bytes`))
        return undefined
      },
    }
    const gateway = await gatewayWith({ writing })
    const post = async (given: RequestInit) => (await fetch(gateway.url, { method: 'POST', ...given })).json()
    const headers = { 'x-write': '1' }
    expect(await post({ headers })).toMatchObject({ body: '0 bytes', headers: { 'content-length': '7' } })
    expect(await post({ headers, body: 'four' })).toMatchObject({ body: '4 bytes' })
    expect(await post({ body: 'four' })).toMatchObject({ body: 'four' })
  })

  it('cost only their own request when one throws while it says what it needs', async () => {
    const broken: PluginHandler = {
      needs: {
        requestBody: {
          limit: 10,
          when() {
            throw new Error('a bug')
          },
        },
      },
      access: () => undefined,
    }
    const gateway = await gatewayWith({ broken })
    expect((await fetch(gateway.url)).status).toBe(500)
    expect(gateway.lines).toEqual(["the plugin 'broken' failed"])
  })

  it('say what goes upstream in place of what the client asked', async () => {
    const leading: PluginHandler = {
      access({ upstream }) {
        Object.assign(upstream, { method: 'PUT', path: '/else where', host: 'else.test' })
        return undefined
      },
    }
    const gateway = await gatewayWith({ leading })
    expect(await (await fetch(`${gateway.url}/a?b`)).json()).toMatchObject({
      method: 'PUT',
      url: '/else%20where?b',
      headers: { host: 'else.test' },
    })
  })

  it('may ask by HEAD for what the client gets', async () => {
    const leading: PluginHandler = {
      access({ upstream }) {
        upstream.method = 'HEAD'
        return undefined
      },
    }
    const gateway = await gatewayWith({ leading })
    expect(await (await fetch(gateway.url)).text()).toBe('')
  })

  it('read a response body up to their limit, and may replace it', async () => {
    const replacing: PluginHandler = {
      needs: { responseBody: { limit: 10_000 } },
      response({ response: { body } }) {
        body?.replace(Buffer.from(`${body.bytes.byteLength > 10}`))
        return undefined
      },
    }
    const gateway = await gatewayWith({ replacing })
    const response = await fetch(gateway.url)
    expect(await response.text()).toBe('true')
    expect(response.headers.get('transfer-encoding')).toBe('chunked')
  })

  it('rewrite a body piece by piece, whoever made it', async () => {
    const rewriting: PluginHandler = {
      body: (_context, chunk, last) => Buffer.from(last ? '<end>' : `<${chunk.byteLength > 0}>`),
    }
    const gateway = await gatewayWith({ rewriting })
    expect(await (await fetch(gateway.url)).text()).toBe('<true><end>')
    gateway.plug('request-termination')
    gateway.put('plugins', { name: 'request-termination', config: { status_code: 200 } })
    gateway.serve()
    expect(await (await fetch(gateway.url)).text()).toBe('<end>')
  })

  it('break only their own response off when one fails on its body', async () => {
    const broken: PluginHandler = {
      body() {
        throw new Error('a bug')
      },
    }
    const gateway = await gatewayWith({ broken })
    const attempt = fetch(gateway.url).then((response) => response.text())
    await expect(attempt).rejects.toThrow()
    expect(gateway.lines).toEqual(["the plugin 'broken' failed"])
  })

  it('are chosen anew when one knows the consumer: those of its groups apply, which it can ask for by name', async () => {
    const ann = { id: '11111111-1111-4111-8111-111111111111', username: 'ann' }
    const seen: (readonly string[])[] = []
    const knowing: PluginHandler = {
      access(context) {
        seen.push(context.consumerGroups)
        context.authenticate(ann, null)
        return undefined
      },
      log: ({ consumerGroups }) => void seen.push(consumerGroups),
    }
    const gateway = await gatewayWith({ knowing })
    for (const [name, status] of [
      ['silver', 402],
      ['gold', 418],
    ] as const) {
      const { id } = gateway.put('consumer_groups', { name })
      gateway.put('consumer_group_consumers', { consumer: { id: ann.id }, consumer_group: { id } })
      const config = { status_code: status }
      gateway.put('plugins', { name: 'request-termination', config, consumer_group: { id } })
    }
    gateway.serve()
    expect((await fetch(gateway.url)).status).toBe(418)
    expect(seen).toEqual([[], ['gold', 'silver']])
  })

  it('are told of the end once, and of what the client got, when one fails on a body that is not sent yet', async () => {
    const told: number[] = []
    const broken: PluginHandler = {
      access: () => ({ status: 200, body: 'short' }),
      body() {
        throw new Error('a bug')
      },
      log: ({ response }) => void told.push(response.status),
    }
    const gateway = await gatewayWith({ broken })
    expect((await fetch(gateway.url)).status).toBe(500)
    expect(told).toEqual([500])
  })

  it('cannot send a header that is none', async () => {
    const broken: PluginHandler = {
      response({ response }) {
        response.headers.set('X Broken', 'no name has a space')
        return undefined
      },
    }
    const gateway = await gatewayWith({ broken })
    expect((await fetch(gateway.url)).status).toBe(500)
    expect(gateway.lines).toEqual(["the plugin 'broken' failed"])
  })

  it('may replace a response', async () => {
    const replacing: PluginHandler = {
      response: ({ response }) => (response.status === 200 ? { status: 502, error: 'replaced' } : undefined),
    }
    const gateway = await gatewayWith({ replacing })
    const response = await fetch(gateway.url, { headers: { accept: 'text/plain' } })
    expect([response.status, await response.text()]).toEqual([502, 'replaced\n'])
  })
})

describe('a request without a route', () => {
  it('meets the global plugins only, from the response on', async () => {
    const seen: string[] = []
    const watching: PluginHandler = {
      rewrite: () => {
        seen.push('rewrite')
        return undefined
      },
      access: () => {
        seen.push('access')
        return undefined
      },
      log: ({ response, route }) => seen.push(`log ${response.status} ${route}`),
    }
    const gateway = await aGateway({ plugins: [{ name: 'watching', priority: 1, create: () => watching }] })
    open.push(gateway)
    gateway.plug('watching')
    gateway.serve()
    expect((await fetch(gateway.url)).status).toBe(404)
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['rewrite', 'log 404 null'])
  })

  it('may be answered before routing', async () => {
    const gateway = await gatewayWith({ early: { rewrite: () => ({ status: 410 }) } })
    const response = await fetch(`${gateway.url}/x`)
    expect([response.status, await response.text()]).toEqual([410, ''])
  })
})
