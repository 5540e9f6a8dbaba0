import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { pathOf, queryOf } from './query.ts'

it.each([
  ['/services', '/services', ''],
  ['/services/', '/services', ''],
  ['/services/?a=1&b=%20x', '/services', 'a=1&b=+x'],
  ['/services/a%2Fb/routes?', '/services/a%2Fb/routes', ''],
  ['/?a=/b/', '/', 'a=%2Fb%2F'],
  ['http://admin.test:8001/services/?a', '/services', 'a='],
  ['/services?a=b?c', '/services', 'a=b%3Fc'],
])('%s has the path %s and the query %j', (url, path, query) => {
  const request = { url } as FastifyRequest // nothing else of it is read
  expect([pathOf(request), String(queryOf(request))]).toEqual([path, query])
})
