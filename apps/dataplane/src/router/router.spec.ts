import type { Route } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aRequest, aRoute } from './fixtures/a-route.ts'
import type { RouteRequest } from './route-request.ts'
import { Router } from './router.ts'

function routerOf(...routes: Route[]): Router {
  return routes.reduce((router, route) => router.upsert(route), Router.of('traditional_compatible'))
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
    ['an IPv6 host, with its brackets', { hosts: ['[::1]'] }, { host: '[::1]' }, true],
    ['a left wildcard', { hosts: ['*.a.test'] }, { host: 'x.y.a.test' }, true],
    ['a left wildcard with nothing to stand for', { hosts: ['*.a.test'] }, { host: 'a.test' }, false],
    ['a left wildcard with an empty label', { hosts: ['*.a.test'] }, { host: '.a.test' }, true],
    [
      'a left wildcard with a port that is only implied',
      { hosts: ['*.a.test:80'] },
      { host: 'x.a.test' },
      false,
    ],
    ['a left wildcard with its port', { hosts: ['*.a.test:81'] }, { host: 'x.a.test:81' }, true],
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
    ['a header regex among values', { headers: { v: ['a', '~*^V\\d$'] } }, { headers: { v: ['v2'] } }, true],
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
    ['the larger id, whatever the age', { paths: ['/a'], created_at: 2 }, { paths: ['/a'], created_at: 1 }],
    [
      'a header condition, against a regular expression',
      { paths: ['/a'], headers: { a: ['1'] } },
      { paths: ['~/a'], methods: ['GET'] },
    ],
  ])('%s wins', (_what, better, worse) => {
    const request = aRequest({ path: '/a/longer/path', headers: { a: ['1'], b: ['1'] } })
    const [first, last] = [aRoute({ id: 'z-better', ...better }), aRoute({ id: 'a-worse', ...worse })]
    expect(winner(routerOf(first, last), request)).toBe('z-better')
    expect(winner(routerOf(last, first), request)).toBe('z-better')
  })

  it.each<[string, Partial<Route>, (i: number) => Partial<Route>, Partial<RouteRequest>]>([
    ['their methods', { methods: ['GET'] }, () => ({ methods: ['POST', 'PUT'] }), {}],
    ['their server names', { snis: ['a.test'] }, (i) => ({ snis: [`${i}.test`] }), { sni: 'a.test' }],
    ['their hosts', { hosts: ['a.test'] }, (i) => ({ hosts: [`${i}.test`] }), {}],
  ])('does not go through a thousand routes of one path that differ in %s', (_what, wanted, other, asked) => {
    const others = Array.from({ length: 1000 }, (_, i) => aRoute({ id: `z${i}`, paths: ['/'], ...other(i) }))
    const router = routerOf(...others, aRoute({ id: 'r', paths: ['/'], ...wanted }))
    let looks = 0
    const request = new Proxy(aRequest({ scheme: 'https', ...asked }), {
      get(target, name) {
        looks += 1
        return Reflect.get(target, name)
      },
    })
    expect(winner(router, request)).toBe('r')
    expect(looks).toBeLessThan(50)
  })

  it('finds nothing for a path that is not UTF-8', () => {
    const router = routerOf(aRoute({ id: 'r', paths: ['/'] }))
    expect(winner(router, aRequest({ path: '/\xff' }))).toBeUndefined()
    expect(winner(router, aRequest({ path: '/\xc3\xbc' }))).toBe('r')
  })

  it('matches regular expressions with characters, and tells what they took in bytes', () => {
    const match = routerOf(aRoute({ id: 'r', paths: ['~/.$'] })).match(aRequest({ path: '/\xc3\xbc' }))
    expect(match?.matched).toBe('/\xc3\xbc')
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
})
