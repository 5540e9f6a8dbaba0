import type { Route, RouterFlavor } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aRequest, aRoute } from './fixtures/a-route.ts'
import { naiveCompatible } from './fixtures/naive-compatible.ts'
import { naiveTraditional } from './fixtures/naive-traditional.ts'
import type { RouteRequest } from './route-request.ts'
import { Router } from './router.ts'

const some = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }), { freq: 2 })
const HOSTS = [
  'a.test',
  'b.test',
  'a.test:81',
  'a.test:80',
  '*.test',
  '*.a.test',
  '*.test:81',
  'a.*',
  'a.*:81',
]
const PATHS = [
  '/',
  '/a',
  '/a/b',
  '/a/bc',
  '/b',
  '~/a',
  '~/a/[bc]',
  '~/(a|b)$',
  '~/a/b|/b',
  '~/[a-c]+/b',
  '~/a/(b+)+$',
]
const HEADERS = [{ x: ['1'] }, { x: ['1', '2'] }, { x: ['1'], y: ['1'] }, { y: ['~*^[12]$'] }, { y: ['2'] }]

const fields = fc.record({
  hosts: some(HOSTS),
  paths: some(PATHS),
  methods: some(['GET', 'POST']),
  headers: fc.option(fc.constantFrom(...HEADERS), { freq: 2 }),
  snis: fc.option(fc.constantFrom(['a.test'], ['b.test', 'c.test']), { freq: 2 }),
  created_at: fc.integer({ min: 1, max: 3 }),
  regex_priority: fc.integer({ min: 0, max: 1 }),
})
const ID = fc
  .constantFrom(...'0123456789abcdef')
  .map((digit) => `${digit}0000000-0000-4000-8000-000000000000`)
/** Many of one set of attributes, in which order counts and what Kong tries first. */
const alike = fields.map((one) => ({
  ...one,
  ...{ headers: null, snis: null, methods: null, hosts: one.hosts ?? ['a.test'], paths: one.paths ?? ['/a'] },
}))
const change = fc.record({ id: ID, fields: fc.option(fc.oneof(fields, alike), { freq: 5 }) })
const request = fc
  .record({
    host: fc.constantFrom(
      'a.test',
      'b.test',
      'a.test:81',
      'x.a.test',
      'x.a.test:81',
      'a.b',
      '.test',
      'a.',
      undefined,
    ),
    path: fc.constantFrom('/', '/a', '/a/b', '/a/bc', '/a/bbb', '/b', '/bc', '/c/b'),
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    scheme: fc.constantFrom('http' as const, 'https' as const),
    sni: fc.constantFrom('a.test', 'b.test', undefined),
    headers: fc.constantFrom(
      {},
      {},
      { x: ['1'] },
      { x: ['2'] },
      { x: ['1'], y: ['2'] },
      { x: ['3', '1'], y: ['1'] },
    ),
  })
  .map(({ scheme, sni, ...rest }) => aRequest({ ...rest, scheme, sni: scheme === 'https' ? sni : undefined }))

/** What one law asks: every version of a table, by the router that serves and by one that knows nothing but the rules. */
function agree(
  flavor: RouterFlavor,
  judge: (routes: readonly Route[], request: RouteRequest, found: string | undefined) => void,
): void {
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 24 }),
      fc.array(request, { minLength: 50, maxLength: 50 }),
      (changes, requests) => {
        let router = Router.of(flavor)
        const routes = new Map<string, Route>()
        const versions: [Router, Route[]][] = []
        for (const { id, fields: given } of changes) {
          const route = given === null ? undefined : aRoute({ ...given, id })
          router = route === undefined ? router.delete(id) : router.upsert(route)
          if (route === undefined) routes.delete(id)
          else routes.set(id, route)
          versions.push([router, [...routes.values()]])
        }
        // Old versions are asked after the last change was made.
        for (const [version, table] of versions.filter((_, i) => i % 6 === (versions.length - 1) % 6))
          for (const asked of requests) judge(table, asked, version.match(asked)?.rule.route.fields.id)
      },
    ),
    { numRuns: RUNS },
  )
}

/** Times 50 requests, times up to four versions: some 100,000 requests in each law. */
const RUNS = 500

/** Each example is quick; a busy machine is not. */
const PATIENCE = 120_000

describe('a router', () => {
  it('of the traditional flavour goes by the rules, after every change', { timeout: PATIENCE }, () => {
    agree('traditional', (routes, asked, found) => expect(found).toBe(naiveTraditional(routes, asked)))
  })

  it('of the compatible flavour goes by the rules, after every change', { timeout: PATIENCE }, () => {
    agree('traditional_compatible', (routes, asked, found) => {
      const winners = naiveCompatible(routes, asked)
      if (found === undefined) expect(winners.size).toBe(0)
      else expect(winners).toContain(found)
    })
  })

  it.each(['traditional', 'traditional_compatible'] as const)(
    'of the flavour %s takes any request',
    (flavor) => {
      const bytes = fc.string({ unit: 'binary-ascii' })
      const header = fc.dictionary(fc.constantFrom('x', 'y'), fc.array(bytes))
      fc.assert(
        fc.property(
          fields,
          fc.record({ host: bytes, path: bytes, method: bytes, sni: bytes, headers: header }),
          (given, asked) => {
            const router = Router.of(flavor).upsert(aRoute({ ...given, id: 'r' }))
            for (const scheme of ['http', 'https'] as const) router.match(aRequest({ ...asked, scheme }))
          },
        ),
      )
    },
  )
})
