import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { registerStatus } from './status.ts'

const app = Fastify()
registerStatus(app, {
  backend: { status: async () => ({ database: { reachable: true } }), unready: async () => null },
  counters: { requests: 5, accepted: 3, closed: 1 },
})

const status = async (query: string) => (await app.inject(`/status${query}`)).json()

it.each([
  ['', /^\d+\.\d\d MiB$/],
  ['?unit=K&scale=3', /^\d+\.\d{3} KiB$/],
  ['?unit=b', /^\d+$/],
])('/status%s tells all memory in the same unit', async (query, text) => {
  const { memory } = await status(query)
  const { allocated_slabs: used, capacity } = memory.lua_shared_dicts.kong
  expect(memory.workers_lua_vms).toMatchObject([{ pid: process.pid }])
  for (const size of [memory.workers_lua_vms[0].http_allocated_gc, used, capacity]) {
    expect(String(size)).toMatch(text)
    expect(typeof size).toBe(query === '?unit=b' ? 'number' : 'string')
  }
  expect(Number.parseFloat(used)).toBeLessThan(Number.parseFloat(capacity))
})

it('/status tells connections in the words of Kong', async () => {
  expect((await status('')).server).toEqual({
    total_requests: 5,
    connections_accepted: 3,
    connections_handled: 3,
    connections_active: 2,
    connections_reading: 0,
    connections_writing: 1,
    connections_waiting: 1,
  })
})
