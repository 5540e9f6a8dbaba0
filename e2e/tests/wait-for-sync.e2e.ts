import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { send } from '../client.ts'
import { inSync, serves, statusOf } from '../cluster-view.ts'
import { type Stack, startStack } from '../stack.ts'

interface Late {
  readonly not_applied: readonly { readonly id: string; readonly hostname: string; readonly state: string }[]
}

describe('a client that waits for its writes', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await inSync(stack, 2)
    await stack.admin.put('/services/echo', { url: stack.echo })
  })
  afterAll(() => stack?.close())

  const write = (method: string, path: string, body?: unknown, seconds = 60) =>
    send(`${stack.adminUrl}${path}?wait_for_sync=${seconds}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
  const onBoth = (path: string) => Promise.all(stack.nodes.map((node) => statusOf(node, path)))

  it('is answered when both nodes serve what it wrote, however fast it writes', async () => {
    for (let n = 0; n < 20; n += 1) {
      const { status } = await write('PUT', `/services/echo/routes/r${n}`, { paths: [`/p${n}`] })
      expect([status, ...(await onBoth(`/p${n}`))]).toEqual([200, 200, 200])
      expect((await write('DELETE', `/routes/r${n}`)).status).toBe(204)
      expect(await onBoth(`/p${n}`)).toEqual([404, 404])
    }
  })

  it('may write many things at once, and none of them if one cannot be', async () => {
    const items = Array.from({ length: 50 }, (_, n) => ({
      method: 'PUT',
      path: `/services/echo/routes/t${n}`,
      body: { paths: [`/t${n}`] },
    }))
    const bad = { method: 'POST', path: '/routes', body: { paths: ['no'] } }
    expect((await write('POST', '/transactions', [...items, bad])).status).toBe(400)
    expect(await onBoth('/t0')).toEqual([404, 404])
    expect((await write('POST', '/transactions', items)).status).toBe(200)
    expect([await onBoth('/t0'), await onBoth('/t49')]).toEqual([
      [200, 200],
      [200, 200],
    ])
  })

  it('may bring a whole config', async () => {
    const document = {
      _format_version: '3.0',
      services: [{ name: 'echo', url: stack.echo, routes: [{ paths: ['/all'] }] }],
    }
    expect((await write('POST', '/config', document)).status).toBe(201)
    expect([await onBoth('/all'), await onBoth('/t0')]).toEqual([
      [200, 200],
      [404, 404],
    ])
  })

  it('is told which node has stopped, and is held up by it no more than it said', async () => {
    const [stopped, going] = stack.nodes
    if (stopped === undefined || going === undefined) throw new Error('there are two nodes')
    process.kill(stopped.pid(), 'SIGSTOP')
    try {
      const { status, text } = await write('POST', '/services/echo/routes', { paths: ['/late'] }, 5)
      expect(status).toBe(202)
      const late: Late = JSON.parse(text)
      expect(late.not_applied).toMatchObject([{ state: 'behind' }])
      await serves(going, '/late')
    } finally {
      process.kill(stopped.pid(), 'SIGCONT')
    }
    await serves(stopped, '/late')
  })
})
