import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { send } from '../client.ts'
import { dataPlanes, inSync, serves, statusOf } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { type Stack, startStack } from '../stack.ts'

describe('the tour of the README', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await inSync(stack, 2)
  })
  afterAll(() => stack?.close())

  it('serves a new route on both nodes', async () => {
    const service = await form('/services', [
      ['name', 'echo'],
      ['url', stack.echo],
    ])
    expect(service.status).toBe(201)
    const created = await form('/services/echo/routes', [
      ['name', 'echo'],
      ['paths[]', '/echo'],
    ])
    expect(created.status).toBe(201)
    for (const node of stack.nodes) await serves(node, '/echo/hello')
  })

  it('lists both nodes in sync, with equal hashes', async () => {
    const hash = await inSync(stack, 2)
    expect(hash).toMatch(/^[0-9a-f]{32}$/)
    await eventually(async () => {
      const rows = await dataPlanes(stack)
      expect(rows).toHaveLength(2)
      for (const row of rows) {
        expect(row).toMatchObject({ sync_status: 'normal', state: 'in_sync', version: '3.4.0' })
        expect(Date.now() / 1000 - row.last_seen).toBeLessThan(10)
      }
    })
  })

  it('strips the path, passes the body and tells where the request came through', async () => {
    const answer = await send(`${stack.nodes[0].proxy}/echo/deep?x=1`, { method: 'POST', body: 'hello' })
    expect(answer.json()).toMatchObject({
      method: 'POST',
      path: '/deep?x=1',
      body: 'hello',
      headers: { 'x-forwarded-path': '/echo/deep' },
    })
    expect(answer.headers.get('via')).toBe('kong/3.4.0')
  })

  it('relays a WebSocket', async () => {
    const socket = new WebSocket(`${stack.nodes[1].proxy.replace('http', 'ws')}/echo/socket`)
    const echoed = new Promise((done, fail) => {
      socket.once('open', () => socket.send('ping'))
      socket.once('message', (data) => done(String(data)))
      socket.once('error', fail)
    })
    expect(await echoed).toBe('ping')
    socket.close()
  })

  it('asks for a key where key-auth is set, and answers with the plugin where one ends the request', async () => {
    await stack.admin.put('/consumers/alice', {})
    await stack.admin.post('/consumers/alice/key-auth', { key: 'secret' })
    await stack.admin.post('/routes/echo/plugins', { name: 'key-auth' })
    await inSync(stack, 2)
    for (const node of stack.nodes) {
      expect(await statusOf(node, '/echo')).toBe(401)
      expect(await statusOf(node, '/echo', { apikey: 'wrong' })).toBe(401)
      const answer = await send(`${node.proxy}/echo`, { headers: { apikey: 'secret' } })
      expect(answer.json()).toMatchObject({ headers: { 'x-consumer-username': 'alice' } })
    }
    const stop = await stack.admin.post<{ id: string }>('/plugins', {
      name: 'request-termination',
      config: { status_code: 418, message: 'no' },
    })
    await eventually(async () =>
      expect(await statusOf(stack.nodes[0], '/echo', { apikey: 'secret' })).toBe(418),
    )
    await stack.admin.remove(`/plugins/${stop.id}`)
    await eventually(async () =>
      expect(await statusOf(stack.nodes[0], '/echo', { apikey: 'secret' })).toBe(200),
    )
  })

  function form(path: string, pairs: [string, string][]) {
    return send(`${stack.adminUrl}${path}`, { method: 'POST', body: new URLSearchParams(pairs) })
  }
})
