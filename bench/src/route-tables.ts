import { aRequest, aRoute } from '@biplane/dataplane/fixtures/route'
import type { RouteRequest } from '@biplane/dataplane/router'
import type { Route } from '@biplane/entities'

/** Route tables of any size, and requests that each go by one of the routes. */
export interface RouteTable {
  readonly name: string
  route(n: number): Route
  request(n: number): RouteRequest
}

function table(
  name: string,
  fields: (n: number) => Partial<Route>,
  request: (n: number) => Parameters<typeof aRequest>[0],
): RouteTable {
  return {
    name,
    route: (n) => aRoute({ ...fields(n), id: uuidOf(n) }),
    request: (n) => aRequest({ host: 'api.example.com', ...request(n) }),
  }
}

function uuidOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
}

const path = (n: number) => `/v${n % 10}/team-${n % 97}/service-${n}`

export const byAttributes: readonly RouteTable[] = [
  table(
    'prefixes',
    (n) => ({ paths: [path(n)] }),
    (n) => ({ path: `${path(n)}/items/42` }),
  ),
  table(
    'hosts and prefixes',
    (n) => ({ hosts: [`h${n % 1000}.example.com`], paths: [path(n)] }),
    (n) => ({ host: `h${n % 1000}.example.com`, path: `${path(n)}/items/42` }),
  ),
  table(
    'regular expressions',
    (n) => ({ paths: [`~${path(n)}/(?<item>\\d+)$`] }),
    (n) => ({ path: `${path(n)}/42` }),
  ),
  table(
    'headers on one path',
    (n) => ({ paths: ['/api'], headers: { 'x-tenant': [`t${n}`] } }),
    (n) => ({ path: '/api/items', headers: { 'x-tenant': [`t${n}`] } }),
  ),
]

export const byExpressions: readonly RouteTable[] = [
  table(
    'prefixes and methods',
    (n) => ({ expression: `http.path ^= "${path(n)}" && http.method == "GET"`, priority: n % 5 }),
    (n) => ({ path: `${path(n)}/items/42` }),
  ),
]
