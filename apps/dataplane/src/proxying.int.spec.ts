import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aNode, type RunningNode } from './fixtures/a-node.ts'
import { anUpstream, serviceAt, type Upstream } from './fixtures/an-upstream.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'

let node: RunningNode
let upstream: Upstream
const author = new ConfigAuthor()

beforeAll(async () => {
  node = await aNode()
  upstream = await anUpstream()
  const service = author.put('services', serviceAt(upstream, { path: '/base' }))
  author.put('routes', { paths: ['/stripped'], service: { id: service.id } })
  author.put('routes', {
    paths: ['/kept'],
    strip_path: false,
    preserve_host: true,
    service: { id: service.id },
  })
  author.put('routes', { paths: ['/nowhere'] })
  author.put('routes', { paths: ['/tls-only'], protocols: ['https'], service: { id: service.id } })
  expect(await node.apply(author.snapshot())).toMatchObject({ kind: 'applied' })
})

afterAll(async () => {
  await node[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

describe('a proxied request', () => {
  it('reaches the upstream by the path of service and route', async () => {
    const response = await fetch(`${node.url}/stripped/a%20b?q=%20x`)
    expect(await response.json()).toMatchObject({
      method: 'GET',
      url: '/base/a%20b?q=%20x',
      headers: {
        host: `127.0.0.1:${upstream.port}`,
        connection: 'keep-alive',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': '127.0.0.1',
        'x-forwarded-port': String(node.port),
        'x-forwarded-path': '/stripped/a%20b',
        'x-forwarded-prefix': '/stripped',
        'x-real-ip': '127.0.0.1',
      },
    })
  })

  it('tells that it was proxied, and how long it took', async () => {
    const { headers, status } = await fetch(`${node.url}/stripped`)
    expect(status).toBe(200)
    expect(headers.get('via')).toBe('kong/3.4.0')
    expect(headers.get('server')).toBe('echo')
    expect(headers.get('x-kong-upstream-latency')).toMatch(/^\d+$/)
    expect(headers.get('x-kong-proxy-latency')).toMatch(/^\d+$/)
    expect(headers.get('x-kong-response-latency')).toBeNull()
    expect(headers.get('x-biplane-revision')).toBe('1')
    expect(headers.get('x-biplane-worker')).toMatch(/^[01]$/)
  })

  it('keeps path and Host where the route says so', async () => {
    const response = await fetch(`${node.url}/kept/x`)
    expect(await response.json()).toMatchObject({
      url: '/base/kept/x',
      headers: { host: `127.0.0.1:${node.port}` },
    })
  })

  it('carries its body', async () => {
    const response = await fetch(`${node.url}/stripped`, { method: 'POST', body: 'hello' })
    expect(await response.json()).toMatchObject({
      method: 'POST',
      body: 'hello',
      headers: { 'content-length': '5' },
    })
  })
})

describe('an answer of the gateway', () => {
  it.each([
    ['no route', '/else', 404, 'no Route matched with those values'],
    ['a route without service', '/nowhere', 503, 'no Service found with those values'],
    ['an https-only route', '/tls-only', 426, 'Please use HTTPS protocol'],
  ])('%s', async (_what, path, status, message) => {
    const response = await fetch(node.url + path)
    expect(response.status).toBe(status)
    expect(response.headers.get('server')).toBe('kong/3.4.0')
    expect(response.headers.get('via')).toBeNull()
    expect(response.headers.get('x-kong-response-latency')).toMatch(/^\d+$/)
    expect(await response.text()).toBe(`{\n  "message":"${message}"\n}`)
  })
})
