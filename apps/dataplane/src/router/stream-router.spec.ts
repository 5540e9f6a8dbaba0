import { parseExpression, type Route, type RouterFlavor } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluator } from './evaluate.ts'
import { aRoute } from './fixtures/a-route.ts'
import { naiveStreams } from './fixtures/naive-streams.ts'
import { streamTables } from './fixtures/stream-table.ts'
import { UnfitRoute } from './flavor.ts'
import { Router } from './router.ts'
import { asRequest, type StreamRequest } from './stream-request.ts'
import { isOfStreams } from './subsystem.ts'

const FLAVORS = ['traditional', 'traditional_compatible'] as const

function winner(router: Router, stream: StreamRequest): string | undefined {
  return router.match(asRequest(stream))?.rule.route.fields.id
}

function routerOf(flavor: RouterFlavor, routes: readonly Route[]): Router {
  return routes.reduce((router, route) => router.upsert(route), Router.ofStreams(flavor))
}

const aStreamRoute = (id: string, fields: Partial<Route> = {}) =>
  aRoute({ id, protocols: ['tcp', 'tls', 'udp'], ...fields })

describe.each(FLAVORS)('streams by %s routes', (flavor) => {
  describe.each(streamTables)('$about', ({ routes, streams }) => {
    const all = Object.entries(routes)
      .map(([id, fields]) => aRoute({ ...fields, id }))
      .filter(({ protocols }) => isOfStreams(protocols))

    it.each(streams)('$stream goes by $route', ({ stream, route }) => {
      expect(winner(routerOf(flavor, all), stream) ?? null).toBe(route)
      expect(winner(routerOf(flavor, all.toReversed()), stream) ?? null).toBe(route)
    })
  })

  it.each<[string, Partial<Route>, StreamRequest, boolean]>([
    ['a server name in another case', { snis: ['A.test.'] }, { scheme: 'tls', sni: 'a.TEST' }, true],
    ['no server name where one is asked for', { snis: ['a.test'] }, { scheme: 'tcp' }, false],
    ['a datagram by a route of connections', { protocols: ['tcp', 'tls'] }, { scheme: 'udp' }, false],
    ['a connection by a route of datagrams', { protocols: ['udp'] }, { scheme: 'tcp' }, false],
    ['plain tcp by a route of TLS', { protocols: ['tls'] }, { scheme: 'tcp' }, true],
    ['an address written otherwise', to('::1'), { scheme: 'tcp', destination: { ip: '0:0::1' } }, true],
    ['a range of IPv6', to('fd00::/8'), { scheme: 'tcp', destination: { ip: 'fd12::1' } }, true],
    ['IPv4 in all of IPv6', to('::/0'), { scheme: 'tcp', destination: { ip: '10.0.0.1' } }, false],
    ['an unknown address', to('0.0.0.0/0'), { scheme: 'tcp', destination: { port: 1 } }, false],
  ])('take %s: %#', (_, fields, stream, matches) => {
    const given = { destinations: [{ ip: null, port: 1 }], ...fields }
    const hasOwn = 'snis' in fields || 'destinations' in fields
    const route = aStreamRoute('r', hasOwn ? fields : given)
    const asked = hasOwn ? stream : { ...stream, destination: { port: 1 } }
    expect(winner(routerOf(flavor, [route]), asked) === 'r').toBe(matches)
  })

  it('go by the rules, after every change', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 20 }),
        fc.array(aStream),
        (changes, streams) => {
          let router = Router.ofStreams(flavor)
          const routes = new Map<string, Route>()
          const versions: [Router, Route[]][] = []
          for (const { id, fields } of changes) {
            if (fields === null) routes.delete(id)
            else routes.set(id, aStreamRoute(id, fields))
            const route = routes.get(id)
            router = route === undefined ? router.delete(id) : router.upsert(route)
            versions.push([router, [...routes.values()]])
          }
          for (const [version, table] of versions)
            for (const stream of streams)
              expect(winner(version, stream)).toBe(naiveStreams(flavor, table, stream))
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each<[string, (i: number) => Partial<Route>, StreamRequest]>([
    ['server names', (i) => ({ snis: [`${i}.test`] }), { scheme: 'tls', sni: '7.test' }],
    [
      'ports',
      (i) => ({ destinations: [{ ip: null, port: i }] }),
      { scheme: 'tcp', destination: { port: 7 } },
    ],
    [
      'addresses',
      (i) => ({ sources: [{ ip: `10.0.${i >> 8}.${i & 255}`, port: null }] }),
      { scheme: 'tcp', source: { ip: '10.0.0.7' } },
    ],
  ])('are not compared with a thousand routes of other %s', (_, fieldsOf, stream) => {
    const routes = Array.from({ length: 1000 }, (_, i) => aStreamRoute(`r${i}`, fieldsOf(i)))
    let looks = 0
    const request = new Proxy(asRequest(stream), {
      get(target, name) {
        looks += 1
        return Reflect.get(target, name)
      },
    })
    expect(routerOf(flavor, routes).match(request)?.rule.route.fields.id).toBe('r7')
    expect(looks).toBeLessThan(50)
  })
})

describe('streams by expressions', () => {
  const says = (id: string, expression: string, fields: Partial<Route> = {}) =>
    aStreamRoute(id, { expression, priority: 0, ...fields })
  const database: StreamRequest = {
    ...{ scheme: 'tls', sni: 'db.test' },
    ...{ source: { ip: '10.0.0.9', port: 40_000 }, destination: { ip: '10.0.0.1', port: 5432 } },
  }

  it.each<[string, StreamRequest, boolean]>([
    ['tls.sni == "db.test"', database, true],
    ['tls.sni =^ ".test" && net.dst.port == 5432', database, true],
    ['net.dst.port == 5432', { ...database, destination: { port: 5433 } }, false],
    ['net.src.ip in 10.0.0.0/8', database, true],
    ['net.src.port >= 1024 && net.protocol == "tls"', database, true],
    ['net.dst.ip == 10.0.0.2', database, false],
    ['http.method != "GET"', database, false],
    ['http.path ^= "" || net.dst.port == 5432', database, true],
    ['http.path ^= ""', database, false],
    ['tls.sni == "db.test"', { scheme: 'udp' }, false],
  ])('%s: %#', (expression, stream, matches) => {
    expect(winner(routerOf('expressions', [says('r', expression)]), stream) === 'r').toBe(matches)
  })

  it.each<[Route['protocols'], StreamRequest['scheme'], boolean]>([
    [['tcp'], 'tcp', true],
    [['tcp'], 'tls', false],
    [['tcp', 'tls'], 'tls', true],
    [['tls'], 'tcp', true],
    [['tls_passthrough'], 'tls', true],
    [['tls'], 'udp', false],
    [['udp'], 'udp', true],
    [['udp'], 'tcp', false],
  ])('of a route for %j, asked by %s, hold: %s', (protocols, scheme, matches) => {
    const router = routerOf('expressions', [says('r', 'net.dst.port == 1', { protocols })])
    expect(winner(router, { scheme, destination: { port: 1 } }) === 'r').toBe(matches)
  })

  it('are asked in order of priority', () => {
    const routes = [
      says('a', 'net.dst.port == 5432', { priority: 2 }),
      says('b', 'net.dst.port == 5432 && tls.sni == "db.test"', { priority: 1 }),
    ]
    expect(winner(routerOf('expressions', routes), database)).toBe('a')
  })

  it('are found by an index that leaves out none that holds', () => {
    fc.assert(
      fc.property(fc.array(expression, { maxLength: 8 }), aStream, (texts, stream) => {
        const holds = texts.map((text) => evaluator(parseExpression(text))(asRequest(stream)) !== undefined)
        const last = holds.lastIndexOf(true)
        const router = routerOf(
          'expressions',
          texts.map((text, i) => says(String(i), text)),
        )
        expect(winner(router, stream)).toBe(last === -1 ? undefined : String(last))
      }),
      { numRuns: 500 },
    )
  })

  it('are refused in other flavours', () => {
    for (const flavor of FLAVORS)
      expect(() => routerOf(flavor, [says('r', 'net.dst.port == 1')])).toThrow(UnfitRoute)
  })
})

function to(ip: string): Partial<Route> {
  return { destinations: [{ ip, port: null }] }
}

const IPS = ['10.0.0.1', '10.0.0.2', '11.0.0.1'] as const
const entry = fc
  .record({
    ip: fc.option(fc.constantFrom(...IPS, '10.0.0.0/8'), { freq: 2 }),
    port: fc.option(fc.constantFrom(1, 2), { freq: 1 }),
  })
  .map(({ ip, port }) => (ip === null && port === null ? { ip: null, port: 1 } : { ip, port }))
const entries = fc.option(fc.array(entry, { minLength: 1, maxLength: 3 }), { freq: 2 })
const end = fc.option(fc.record({ ip: fc.constantFrom(...IPS), port: fc.constantFrom(1, 2, 3) }), {
  nil: undefined,
  freq: 8,
})
const change = fc.record({
  id: fc.constantFrom(...'0123456789'),
  fields: fc.option(
    fc.record({
      protocols: fc.constantFrom<Route['protocols']>(['tcp'], ['tls', 'udp'], ['udp'], ['tls_passthrough']),
      snis: fc.option(fc.constantFrom(['a.test'], ['a.test', 'b.test']), { freq: 1 }),
      sources: entries,
      destinations: entries,
      created_at: fc.integer({ min: 1, max: 3 }),
    }),
    { freq: 5 },
  ),
})
const aStream = fc.record({
  scheme: fc.constantFrom<StreamRequest['scheme']>('tcp', 'tls', 'udp'),
  sni: fc.constantFrom(undefined, 'a.test', 'b.test', 'c.test'),
  source: end,
  destination: end,
})
const test = fc.constantFrom(
  ...['a', 'b'].map((name) => `tls.sni == "${name}.test"`),
  ...[1, 2].flatMap((port) => [
    `net.dst.port == ${port}`,
    `net.src.port == ${port}`,
    `net.dst.port > ${port}`,
  ]),
  ...['net.src.ip == 10.0.0.1', 'net.dst.ip in 10.0.0.0/8', 'net.protocol == "udp"', 'http.path ^= "/"'],
)
const expression = fc
  .array(fc.tuple(test, fc.constantFrom('&&', '||')), { minLength: 1, maxLength: 4 })
  .map((parts) =>
    parts.reduce((text, [next, sign]) => (text === '' ? next : `(${text}) ${sign} ${next}`), ''),
  )
