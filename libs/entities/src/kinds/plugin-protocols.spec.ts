import { describe, expect, it } from 'vitest'
import type { Related } from '../definition.ts'
import { ID } from '../fixtures/context.ts'
import type { Json } from '../json.ts'
import { protocolErrors } from './plugin-protocols.ts'

/** A world of routes with these protocols, all of one service. */
function routesWith(...protocols: readonly (readonly string[])[]): Related {
  const routes = protocols.map((list) => ({ id: ID, protocols: list }))
  return { get: async () => routes[0], referencing: async () => routes }
}

const link = { id: ID }
const ON_ROUTE = { protocols: "must match the associated route's protocols" }
const ON_SERVICE = {
  protocols: "must match the protocols of at least one route pointing to this Plugin's service",
}

const cases: readonly (readonly [string, Readonly<Record<string, Json>>, Related, object | undefined])[] = [
  ['a route without a common protocol', { route: link, protocols: ['http'] }, routesWith(['grpc']), ON_ROUTE],
  [
    'a route with a common protocol',
    { route: link, protocols: ['http', 'grpc'] },
    routesWith(['grpc']),
    undefined,
  ],
  [
    'a route, by the default',
    { route: link, protocols: ['grpc', 'grpcs', 'http', 'https'] },
    routesWith(['tcp']),
    undefined,
  ],
  [
    'a service whose routes all differ',
    { service: link, protocols: ['http'] },
    routesWith(['grpc'], ['tcp']),
    ON_SERVICE,
  ],
  [
    'a service with one common route',
    { service: link, protocols: ['http'] },
    routesWith(['grpc'], ['http']),
    undefined,
  ],
  ['a service without routes', { service: link, protocols: ['http'] }, routesWith(), undefined],
  ['everything', { protocols: ['http'] }, routesWith(['grpc']), undefined],
]

describe('protocolErrors', () => {
  it.each(cases)('of a plugin on %s', async (_, plugin, related, errors) => {
    expect(await protocolErrors({ id: ID, ...plugin }, related)).toEqual(errors)
  })
})
