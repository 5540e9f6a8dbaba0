import type { Route } from '@biplane/entities'
import { parseExpression } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluator } from './evaluate.ts'
import { needsOf } from './expression-needs.ts'
import { aRequest, aRoute } from './fixtures/a-route.ts'
import { UnfitRoute } from './flavor.ts'
import { Router } from './router.ts'

const says = (id: string, expression: string, fields: Partial<Route> = {}) =>
  aRoute({ id, expression, priority: 0, ...fields })
const routerOf = (...routes: Route[]) =>
  routes.reduce((router, route) => router.upsert(route), Router.of('expressions'))
const winner = (router: Router, request: Parameters<typeof aRequest>[0]) =>
  router.match(aRequest(request))?.rule.route.fields.id

describe('an expression', () => {
  it.each<[string, Parameters<typeof aRequest>[0], boolean]>([
    ['http.path == "/a"', { path: '/a' }, true],
    ['http.path == "/a"', { path: '/a/b' }, false],
    ['http.path != "/a"', { path: '/b' }, true],
    ['http.path ^= "/a"', { path: '/ab' }, true],
    ['http.path =^ ".png"', { path: '/x.png' }, true],
    ['http.path contains "oo"', { path: '/foo' }, true],
    ['http.path ~ "o{2}$"', { path: '/foo' }, true],
    ['http.path ~ "^o"', { path: '/foo' }, false],
    ['http.path ^= "/\u00fc"', { path: '/\xc3\xbcber' }, true],
    ['lower(http.path) == "/a"', { path: '/A' }, true],
    ['http.method == "GET"', { method: 'POST' }, false],
    ['http.host == "a.test"', { host: 'a.test:8000' }, true],
    ['http.host == "a.test" && net.port == 8000', { host: 'a.test:8000' }, true],
    ['net.port == 80', { host: 'a.test' }, false],
    ['net.protocol == "https"', { scheme: 'https' }, true],
    ['tls.sni == "a.test"', { scheme: 'https', sni: 'a.test' }, true],
    ['tls.sni == "a.test"', { scheme: 'http' }, false],
    ['tls.sni != "a.test"', { scheme: 'https' }, false],
    ['http.headers.x_v == "one"', { headers: { 'x-v': ['ONE'] } }, true],
    ['http.headers.x_v == "one"', { headers: { 'x-v': ['one', 'two'] } }, false],
    ['any(http.headers.x_v) == "one"', { headers: { 'x-v': ['one', 'two'] } }, true],
    ['http.headers.x_v == "One"', { headers: { 'x-v': ['One'] } }, false],
    ['http.queries.q == ""', { query: { q: [''] } }, true],
    ['http.queries.q == "a"', { query: { q: ['a', 'b'] } }, false],
    ['any(http.queries.q) == "a"', { query: { q: ['a', 'b'] } }, true],
    ['net.src.ip in 10.0.0.0/8', { source: { ip: '10.1.2.3' } }, true],
    ['net.src.ip not in 10.0.0.0/8', { source: { ip: '10.1.2.3' } }, false],
    ['net.src.ip in fd00::/8', { source: { ip: 'fd00::1' } }, true],
    ['net.src.ip == ::1', { source: { ip: '::1' } }, true],
    ['net.src.ip == 10.0.0.1', {}, false],
    ['net.src.ip not in 10.0.0.0/8', { source: { ip: 'nonsense' } }, false],
    ['net.port > 1', { host: `a.test:${'9'.repeat(400)}` }, true],
    ['net.port == 80', { host: 'a.test:0080' }, true],
    ['net.dst.port > 8000 && net.dst.port <= 9000', { destination: { port: 9000 } }, true],
    ['net.dst.port >= 8000 && net.dst.port < 9000', { destination: { port: 9000 } }, false],
    ['http.path == "/a" || http.path == "/b" && http.method == "POST"', { path: '/a' }, false],
    ['http.path == "/a" || (http.path == "/b" && http.method == "POST")', { path: '/a' }, true],
  ])('%s', (expression, request, matches) => {
    expect(winner(routerOf(says('r', expression)), request) === 'r').toBe(matches)
  })

  it('is asked in order of priority, and then of the larger id', () => {
    const routes = [
      says('a', 'http.path ^= "/a"', { priority: 1 }),
      says('b', 'http.path ^= "/a/b"'),
      says('c', 'http.path ^= "/"'),
    ]
    for (const order of [routes, routes.toReversed()]) {
      expect(winner(routerOf(...order), { path: '/a/b' })).toBe('a')
      expect(winner(routerOf(...order.filter(({ id }) => id !== 'a')), { path: '/a/b' })).toBe('c')
    }
  })

  it.each<[string, string, string | null]>([
    ['a prefix', 'http.path ^= "/a"', '/a'],
    ['a regular expression', 'http.path ~ "^/a/."', '/a/b'],
    ['nothing for an equal path', 'http.path == "/a/b"', null],
    ['nothing where the path is not asked for', 'http.method == "GET"', null],
    [
      'what the alternative took that holds',
      '(http.path ^= "/a" && http.method == "PUT") || http.path ^= "/"',
      '/',
    ],
  ])('takes %s of the path', (_, expression, matched) => {
    expect(routerOf(says('r', expression)).match(aRequest({ path: '/a/b' }))?.matched).toBe(matched)
  })

  it('gives the groups of its regular expression', () => {
    const match = routerOf(says('r', 'http.path ~ "^/(?<name>\\\\w+)(/x)?"')).match(aRequest({ path: '/me' }))
    expect(match?.captures).toEqual({ 1: 'me', 2: false, name: 'me' })
  })

  it.each<[readonly Route['protocols'][number][], 'http' | 'https', boolean]>([
    [['http'], 'https', false],
    [['https'], 'http', true],
    [['http', 'https'], 'https', true],
    [['grpc'], 'http', true],
    [['grpcs'], 'http', false],
  ])('of a route for %j, asked by %s, holds: %s', (protocols, scheme, matches) => {
    const router = routerOf(says('r', 'http.path ^= "/" || http.path == "x"', { protocols: [...protocols] }))
    expect(winner(router, { scheme }) === 'r').toBe(matches)
  })

  it('is refused where it is none, and so is a route without one', () => {
    expect(() => routerOf(says('r', 'http.path'))).toThrow(SyntaxError)
    expect(() => routerOf(aRoute({ id: 'r', paths: ['/'] }))).toThrow(UnfitRoute)
    for (const flavor of ['traditional', 'traditional_compatible'] as const)
      expect(() => Router.of(flavor).upsert(says('r', 'http.path ^= "/"'))).toThrow(UnfitRoute)
  })
})

describe('an expression of thousands of tests', () => {
  const many = (count: number, test: (i: number) => string, sign: string) =>
    Array.from({ length: count }, (_, i) => test(i)).join(` ${sign} `)
  const hosts = many(4_000, (i) => `http.host == "h${i}.test"`, '||')
  const paths = many(4_000, (i) => `http.path == "/p${i}"`, '||')

  it('is found in a moment', () => {
    const router = routerOf(says('r', `(${hosts}) && (${paths})`))
    expect(winner(router, { host: 'h3999.test', path: '/p3999' })).toBe('r')
    expect(winner(router, { host: 'h4000.test', path: '/p3999' })).toBeUndefined()
    expect(winner(router, { host: 'h3999.test', path: '/p4000' })).toBeUndefined()
  })

  it.each([
    ['too many tests', many(10_001, () => 'net.port == 1', '&&')],
    ['too many changes', many(1_500, () => 'net.port == 1 && net.port == 1', '||')],
    ['too many transformations', `${'any('.repeat(300)}http.path${')'.repeat(300)} == "a"`],
  ])('is refused for %s, which would be deeper than the stack, or take too long', (why, text) => {
    expect(() => routerOf(says('r', text))).toThrow(why)
  })
})

const test = fc.oneof(
  fc.constantFrom('a.test', 'b.test').map((host) => `http.host == "${host}"`),
  fc
    .tuple(fc.constantFrom('^=', '==', '~', '=^'), fc.constantFrom('/', '/a', '/a/b', '^/a', '^/[ab]'))
    .map(([operator, text]) => `http.path ${operator} "${text}"`),
  fc.constantFrom(
    'http.headers.x == "1"',
    'any(http.headers.x) == "2"',
    'http.method == "GET"',
    'http.method == "POST"',
    'lower(http.path) == "/a"',
  ),
)
const expression = fc
  .array(fc.tuple(test, fc.constantFrom('&&', '||'), fc.boolean()), { minLength: 1, maxLength: 5 })
  .map((parts) =>
    parts.reduce(
      (text, [next, sign, inside]) =>
        text === '' ? next : inside ? `(${text}) ${sign} ${next}` : `${next} ${sign} (${text})`,
      '',
    ),
  )
const request = fc.record({
  host: fc.constantFrom('a.test', 'b.test', 'c.test'),
  path: fc.constantFrom('/', '/a', '/a/b', '/b', '/A'),
  method: fc.constantFrom('GET', 'POST'),
  headers: fc.constantFrom({}, { x: ['1'] }, { x: ['1', '2'] }),
})

describe('where expressions are looked for', () => {
  it('leaves out none that holds', () => {
    fc.assert(
      fc.property(fc.array(expression, { maxLength: 8 }), request, (texts, asked) => {
        const alone = texts.flatMap((text, i) =>
          evaluator(parseExpression(text))(aRequest(asked)) === undefined ? [] : [String(i)],
        )
        const router = routerOf(...texts.map((text, i) => says(String(i), text)))
        expect(winner(router, asked)).toBe(alone.at(-1))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['http.host == "a" && http.path ^= "/x"', ['a'], ['/x']],
    ['(http.host == "a" || http.host == "b") && http.path == "/x/y"', ['a', 'b'], ['/x/y']],
    ['http.host == "a" || http.path ^= "/x"', null, null],
    ['http.path ~ "^/x/[0-9]" && http.path ^= "/"', null, ['/x/']],
    ['lower(http.host) == "a"', null, null],
  ])('%s', (text, hosts, paths) => {
    expect(needsOf(parseExpression(text))).toMatchObject({ hosts, paths })
  })

  it.each([
    ['http.method == "GET" && http.headers.x == "1"', 'x'],
    ['http.headers.x == "1" && http.method == "GET"', 'x'],
    ['http.method == "GET" && http.path ^= "/"', ':method'],
    ['http.method == "GET" || http.method == "PUT"', ':method'],
    ['http.method == "GET" || http.headers.x == "1"', undefined],
  ])('by what they ask for most: %s', (text, name) => {
    expect(needsOf(parseExpression(text)).sign?.name).toBe(name)
  })
})
