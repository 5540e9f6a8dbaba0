import type { Route } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RouteRequest } from './compiled-route.ts'
import { aRequest, aRoute } from './fixtures.ts'
import { Router } from './router.ts'

function routerOf(...routes: Route[]): Router {
  return routes.reduce((router, route) => router.upsert(route), Router.empty)
}

function winner(router: Router, request: RouteRequest): string | undefined {
  return router.match(request)?.rule.route.fields.id
}

describe('Router', () => {
  it.each<[string, Partial<Route>, Parameters<typeof aRequest>[0], boolean]>([
    ['an exact host', { hosts: ['a.test'] }, { host: 'a.test' }, true],
    ['a host in another case', { hosts: ['a.test'] }, { host: 'A.test' }, false],
    ['a host without port, whatever port is sent', { hosts: ['a.test'] }, { host: 'a.test:8000' }, true],
    ['a host with the port that is sent', { hosts: ['a.test:8000'] }, { host: 'a.test:8000' }, true],
    ['a host with a port that is only implied', { hosts: ['a.test:80'] }, { host: 'a.test' }, false],
    ['no Host at all', { hosts: ['a.test'] }, { host: undefined }, false],
    ['an IPv6 host written without brackets', { hosts: ['::1'] }, { host: '[::1]:8000' }, true],
    ['a left wildcard', { hosts: ['*.a.test'] }, { host: 'x.y.a.test' }, true],
    ['a left wildcard with nothing to stand for', { hosts: ['*.a.test'] }, { host: 'a.test' }, false],
    ['a left wildcard with an empty label', { hosts: ['*.a.test'] }, { host: '.a.test' }, false],
    ['a left wildcard with the implied port', { hosts: ['*.a.test:80'] }, { host: 'x.a.test' }, true],
    ['a left wildcard with another port', { hosts: ['*.a.test:80'] }, { host: 'x.a.test:81' }, false],
    ['a right wildcard', { hosts: ['a.*'] }, { host: 'a.example.com' }, true],
    ['a right wildcard and a port', { hosts: ['a.*'] }, { host: 'a.test:8000' }, true],
    ['a prefix without segment boundary', { paths: ['/cat'] }, { path: '/cats' }, true],
    ['a prefix in another case', { paths: ['/cat'] }, { path: '/CAT' }, false],
    ['a UTF-8 prefix', { paths: ['/ü'] }, { path: '/\xc3\xbcber' }, true],
    ['a regular expression at the start', { paths: ['~/v\\d+'] }, { path: '/v12/x' }, true],
    ['a regular expression further on', { paths: ['~/v\\d+'] }, { path: '/x/v12' }, false],
    ['an alternation, anchored as a whole', { paths: ['~/a|/b'] }, { path: '/x/b' }, false],
    ['a caseless regular expression', { paths: ['~(?i)/a'] }, { path: '/A' }, true],
    ['a method', { methods: ['POST'] }, { method: 'POST' }, true],
    ['another method', { methods: ['POST'] }, { method: 'GET' }, false],
    [
      'a header value in another case',
      { headers: { 'X-V': ['One'] } },
      { headers: { 'x-v': ['oNE'] } },
      true,
    ],
    ['one of two headers', { headers: { a: ['1'], b: ['2'] } }, { headers: { a: ['1'] } }, false],
    ['a header regex', { headers: { v: ['~*^v\\d$'] } }, { headers: { v: ['V2'] } }, true],
    ['a server name', { snis: ['a.test.'] }, { scheme: 'https', sni: 'a.test' }, true],
    ['another server name', { snis: ['a.test'] }, { scheme: 'https', sni: 'b.test' }, false],
    ['a server name on plain http', { snis: ['a.test'] }, { scheme: 'http' }, true],
    ['one condition of two', { paths: ['/a'], methods: ['POST'] }, { path: '/a' }, false],
  ])('%s', (_what, fields, request, matches) => {
    expect(winner(routerOf(aRoute({ id: 'r', ...fields })), aRequest(request)) === 'r').toBe(matches)
  })

  it.each<[string, Partial<Route>, Partial<Route>]>([
    ['more attributes', { methods: ['GET'], hosts: ['a.test'] }, { paths: ['/a/longer'] }],
    ['a plain host', { hosts: ['a.test'], paths: ['/'] }, { hosts: ['*.test'], paths: ['/a'] }],
    ['more header conditions', { headers: { a: ['1'], b: ['1'] } }, { headers: { a: ['1'] } }],
    ['a regular expression', { paths: ['~/a'] }, { paths: ['/a/longer'] }],
    ['a higher regex_priority', { paths: ['~/a'], regex_priority: 1 }, { paths: ['~/a/longer'] }],
    ['the longer prefix', { paths: ['/a/longer'] }, { paths: ['/a'] }],
    ['the older route', { paths: ['/a'], created_at: 1 }, { paths: ['/a'] }],
  ])('%s wins', (_what, better, worse) => {
    const request = aRequest({ path: '/a/longer/path', headers: { a: ['1'], b: ['1'] } })
    const [first, last] = [aRoute({ id: 'z-better', ...better }), aRoute({ id: 'a-worse', ...worse })]
    expect(winner(routerOf(first, last), request)).toBe('z-better')
    expect(winner(routerOf(last, first), request)).toBe('z-better')
  })

  it('lets the smaller id win when all else is equal', () => {
    expect(
      winner(routerOf(aRoute({ id: 'b', paths: ['/'] }), aRoute({ id: 'a', paths: ['/'] })), aRequest({})),
    ).toBe('a')
  })

  it('tells what of the path was matched, and the groups', () => {
    const router = routerOf(aRoute({ id: 'r', paths: ['~/v(?P<major>\\d)(\\.\\d)?'] }))
    expect(router.match(aRequest({ path: '/v2/x' }))).toMatchObject({
      matched: '/v2',
      captures: { 1: '2', 2: false, major: '2' },
    })
  })

  it('refuses what is not a regular expression, and stays as it was', () => {
    const router = routerOf(aRoute({ id: 'r', paths: ['/'] }))
    expect(() => router.upsert(aRoute({ id: 's', paths: ['~/('] }))).toThrow(SyntaxError)
    expect(router.size).toBe(1)
  })

  it('agrees with a linear router after every change, and earlier routers stay as they were', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 30 }),
        fc.array(request, { maxLength: 20 }),
        (changes, requests) => {
          let router = Router.empty
          const routes = new Map<string, Route>()
          const versions: [Router, Route[]][] = []
          for (const { id, fields } of changes) {
            router = fields === null ? router.delete(id) : router.upsert({ ...fields, id })
            if (fields === null) routes.delete(id)
            else routes.set(id, { ...fields, id })
            versions.push([router, [...routes.values()]])
          }
          for (const [version, expected] of versions)
            for (const request of requests)
              expect(winner(version, request)).toBe(linearMatch(expected, request))
        },
      ),
      { numRuns: 200 },
    )
  })
})

const optional = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }))
const HOSTS = ['a.test', 'b.test', 'a.test:81', '*.test', '*.a.test', '*.test:81', 'a.*']
const PATHS = ['/', '/a', '/a/b', '/b', '~/a', '~/a/[bc]', '~/(a|b)$']
const change = fc.record({
  id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  fields: fc.option(
    fc
      .record({
        hosts: optional(HOSTS),
        paths: optional(PATHS),
        methods: optional(['GET', 'POST']),
        created_at: fc.integer({ min: 1, max: 2 }),
        regex_priority: fc.integer({ min: 0, max: 1 }),
      })
      .map((fields) => aRoute({ id: '', ...fields })),
  ),
})
const request = fc
  .record({
    host: fc.constantFrom('a.test', 'b.test', 'a.test:81', 'x.a.test', 'x.a.test:81', 'a.b', undefined),
    path: fc.constantFrom('/', '/a', '/a/b', '/a/c', '/b', '/bc'),
    method: fc.constantFrom('GET', 'POST', 'PUT'),
  })
  .map(aRequest)

/** The same rules, said a second time in the plainest way. */
function linearMatch(routes: readonly Route[], request: RouteRequest): string | undefined {
  const hits = routes.flatMap((route) => {
    if (!(route.methods?.includes(request.method) ?? true)) return []
    if (route.hosts !== null && !route.hosts.some((host) => hostFits(host, request.host))) return []
    const attributes = [route.hosts, route.paths, route.methods].filter((list) => list !== null).length
    const plain = route.hosts?.every((host) => !host.includes('*')) ? 1 : 0
    return (route.paths ?? [null]).flatMap((path) => {
      if (path === null) return [{ route, keys: [attributes, plain, 0, 0, 0] }]
      const regex = path.startsWith('~') ? new RegExp(`^(?:${path.slice(1)})`) : null
      if (!(regex?.test(request.path) ?? request.path.startsWith(path))) return []
      const keys = [
        attributes,
        plain,
        regex ? 1 : 0,
        regex ? (route.regex_priority ?? 0) : 0,
        regex ? 0 : path.length,
      ]
      return [{ route, keys }]
    })
  })
  hits.sort((a, b) => {
    const differing = a.keys.findIndex((key, i) => key !== b.keys[i])
    if (differing !== -1) return (b.keys[differing] ?? 0) - (a.keys[differing] ?? 0)
    return a.route.created_at - b.route.created_at || Number(a.route.id) - Number(b.route.id)
  })
  return hits[0]?.route.id
}

function hostFits(pattern: string, host: string | undefined): boolean {
  if (host === undefined) return false
  const [name = '', port = '80'] = host.split(':')
  if (!pattern.includes('*')) return pattern === host || pattern === name
  const [text = '', wanted] = pattern.split(':')
  const regex = new RegExp(`^${text.replaceAll('.', '\\.').replace('*', '.+')}$`)
  return regex.test(name) && (wanted === undefined || wanted === port)
}
