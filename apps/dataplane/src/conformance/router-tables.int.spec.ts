import type { JsonObject } from '@biplane/entities'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { type Asked, type Table, traditionalTables } from '../router/fixtures/traditional-table.ts'
import type { ClientRequest } from './case.ts'
import { type ClientAnswer, sendRaw } from './client.ts'
import { sendHttp2 } from './http2-client.ts'
import { type NodeUnderTest, startNode } from './node-under-test.ts'
import { openServers, type Servers } from './servers.ts'

/** Groups of regular expressions that the tables ask for: a plugin tells the upstream what they took. */
const CAPTURES = ['1', '2', 'store']

/** What nodes answer otherwise than the router alone would: it never gets to see these requests, or not like that. */
const elsewhere: ReadonlyMap<string, { readonly status: number; readonly why: string }> = new Map([
  ['TRACE http /path to sampler.com', { status: 405, why: 'TRACE is refused before it is routed' }],
  ['TRACE http / to tenant-2.org', { status: 405, why: 'TRACE is refused before it is routed' }],
  ['TRACE http /shop-api to tenant.org', { status: 405, why: 'TRACE is refused before it is routed' }],
  ['GET http /reg%65x/123 to sampler.com', { status: 404, why: 'what is matched is always normalised' }],
  [
    'GET http /regex-meta/%5Cd+%2E to sampler.com',
    { status: 404, why: 'what is matched is always normalised' },
  ],
])

let node: NodeUnderTest
let servers: Servers
const author = new ConfigAuthor()

beforeAll(async () => {
  servers = await openServers()
  node = await startNode({ router_flavor: 'traditional', allow_debug_header: 'on' })
  const headers = CAPTURES.map((name) => `x-group-${name}:$(uri_captures["${name}"] or "none")`)
  author.put('plugins', { name: 'request-transformer', config: { add: { headers } } })
  await node.give(author.snapshot())
})

afterAll(async () => {
  await node?.[Symbol.asyncDispose]()
  await servers?.[Symbol.asyncDispose]()
})

describe.each(traditionalTables)('traditional, on the wire: $about', (table) => {
  const ids = new Map(Object.keys(table.routes).map((name, i) => [name, idOf(i)]))
  let given: ReturnType<ConfigAuthor['put']>[] = []

  beforeAll(async () => {
    given = Object.keys(table.routes).flatMap((name) => writeRoute(table, name, ids.get(name) ?? ''))
    expect(await node.give(author.delta())).toMatchObject({ kind: 'applied' })
  })
  afterAll(() => {
    for (const entity of given.toReversed())
      author.delete('service' in entity ? 'routes' : 'services', entity)
  })

  it.each(table.requests)('$request to $host goes by $route', async (asked) => {
    judge(asked, await ask(asked))
  })

  it.each(table.requests.filter(isForHttp2))(
    'over HTTP/2, $request to $host goes by $route',
    async (asked) => {
      judge(asked, await sendHttp2(node.proxyPort, requestOf(asked)))
    },
  )

  function judge(asked: Asked, answer: ClientAnswer): void {
    const other = elsewhere.get(titleOf(asked))
    const route = other === undefined ? asked.route : null
    expect(answer.headers.get('kong-route-id')?.[0]).toBe(route === null ? undefined : ids.get(route))
    if (route === null) expect(answer.status).toBe(other?.status ?? 404)
    else if (asked.target !== undefined && !isGrpc(table, route)) judgeArrival(asked)
  }
})

it('names only requests of the tables as answered otherwise', () => {
  const titles = new Set(traditionalTables.flatMap(({ requests }) => requests.map(titleOf)))
  expect([...elsewhere.keys()].filter((title) => !titles.has(title))).toEqual([])
})

function titleOf({ request, host }: Asked): string {
  return `${request} to ${host}`
}

/** What arrives of these is a matter of HTTP/2. */
function isGrpc({ routes }: Table, route: string): boolean {
  const protocols = routes[route]?.protocols
  return Array.isArray(protocols) && protocols.includes('grpc')
}

/** There, a request names its host, and its path has nothing that must be escaped. */
function isForHttp2({ request, host }: Asked): boolean {
  return host !== null && /^\S+ http \S+$/.test(request)
}

function ask(asked: Asked) {
  const isTls = asked.request.split(' ')[1] === 'https'
  const port = isTls ? node.tlsPort : node.proxyPort
  return sendRaw(port, requestOf(asked), ...(isTls ? [asked.sni ?? null] : []))
}

function requestOf({ request, host, headers }: Asked): ClientRequest {
  const [method = '', , ...target] = request.split(' ')
  return {
    ...{ method, host, target: target.join(' '), headers: { ...headers, 'Kong-Debug': '1' } },
    // Without a Host, only the older version is allowed.
    ...(host === null ? { version: '1.0' } : {}),
  }
}

function judgeArrival({ host, target, taken, keeps, captures = {} }: Asked): void {
  const arrival = servers.arrivals.at(-1)
  expect(arrival?.target).toBe(target)
  expect(arrival?.headers.get('x-forwarded-prefix')?.[0]).toBe(taken)
  if (keeps !== undefined)
    expect(arrival?.headers.get('host')).toEqual([keeps ? host : `127.0.0.1:${servers.ports.U1}`])
  for (const [name, text] of Object.entries(captures))
    expect(arrival?.headers.get(`x-group-${name}`)).toEqual([text ?? 'none'])
}

/** @returns what was written: the service, where the route has one, and the route */
function writeRoute({ routes, bases = {} }: Table, name: string, id: string) {
  const path = bases[name]
  const service =
    path === null ? [] : [author.put('services', { ...aService(), ...(path === undefined ? {} : { path }) })]
  const [{ id: serviceId } = {}] = service
  const reference = serviceId === undefined ? {} : { service: { id: serviceId } }
  return [...service, author.put('routes', { ...(routes[name] as JsonObject), ...reference, id })]
}

function aService(): JsonObject {
  return { host: '127.0.0.1', port: servers.ports.U1 ?? 0 }
}

function idOf(i: number): string {
  return `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
}
