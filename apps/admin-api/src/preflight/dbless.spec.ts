import { expect, it } from 'vitest'
import { aDblessAdmin } from '../fixtures/memory.ts'

it('a config that is held in memory is rehearsed too', async () => {
  const app = await aDblessAdmin()
  const services = [{ name: 's', url: 'http://h.test' }]
  const post = async (url: string, document: object) => {
    const { statusCode, payload } = await app.inject({ method: 'POST', url, payload: document })
    return { status: statusCode, body: JSON.parse(payload) }
  }
  const document = { _format_version: '3.0', services }
  expect(await post('/config?preflight=true', document)).toMatchObject({
    status: 200,
    body: { message: 'nothing was written', answer: { status: 201 }, nodes: [] },
  })
  expect((await app.inject('/services/s')).statusCode).toBe(404)
  expect((await post('/config', document)).status).toBe(201)
  expect((await app.inject('/services/s')).statusCode).toBe(200)
  const created = await post('/services?preflight=true', { url: 'http://h.test' })
  expect(created.status).toBe(405)
})
