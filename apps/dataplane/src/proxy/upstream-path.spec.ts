import { describe, expect, it } from 'vitest'
import { givenPath, upstreamPath } from './upstream-path.ts'

type Expected = string | null

/** Service path, request path, what the route matched; the upstream path of v0 stripped and kept, v1 stripped and kept. */
const rows: readonly [string, string, string | null, Expected, Expected, Expected, Expected][] = [
  ['/', '/', null, null, '/', '/', '/'],
  ['/', '/x/', null, null, '/x/', '/x/', '/x/'],
  ['/', '/x/y', null, null, '/x/y', '/x/y', '/x/y'],
  ['/', '/', '/', null, '/', '/', '/'],
  ['/', '/x', '/', null, '/x', '/x', '/x'],
  ['/', '/x/', '/', null, '/x/', '/x/', '/x/'],
  ['/', '/pre', '/pre', null, '/pre', '/', '/pre'],
  ['/', '/pre/', '/pre', null, '/pre/', '/', '/pre/'],
  ['/', '/pre/x', '/pre', null, '/pre/x', '/x', '/pre/x'],
  ['/', '/prefix', '/pre', null, '/prefix', '/fix', '/prefix'],
  ['/', '/pre/12', '/pre/12', null, '/pre/12', '/', '/pre/12'],
  ['/', '/pre/12/', '/pre/12', null, '/pre/12/', '/', '/pre/12/'],
  ['/', '/pre/12/x', '/pre/12', null, '/pre/12/x', '/x', '/pre/12/x'],
  ['/', '/pre/12x', '/pre/12', null, '/pre/12x', '/x', '/pre/12x'],
  ['/', '/route', '/route', '/', '/route', '/', '/route'],
  ['/', '/routereq', '/route', '/req', '/routereq', '/req', '/routereq'],
  ['/b', '/', null, '/b', null, null, '/b'],
  ['/b', '/x/', null, '/b/x/', null, null, '/bx/'],
  ['/b', '/x/y', null, '/b/x/y', null, null, '/bx/y'],
  ['/b', '/', '/', '/b', null, null, '/b'],
  ['/b', '/x', '/', '/b/x', null, null, '/bx'],
  ['/b', '/x/', '/', '/b/x/', null, null, '/bx/'],
  ['/b', '/pre', '/pre', '/b', null, null, '/bpre'],
  ['/b', '/pre/', '/pre', '/b/', null, null, '/bpre/'],
  ['/b', '/pre/x', '/pre', '/b/x', null, null, '/bpre/x'],
  ['/b', '/prefix', '/pre', '/b/fix', null, null, '/bprefix'],
  ['/b', '/pre/12', '/pre/12', '/b', null, null, '/bpre/12'],
  ['/b', '/pre/12/', '/pre/12', '/b/', null, null, '/bpre/12/'],
  ['/b', '/pre/12/x', '/pre/12', '/b/x', null, null, '/bpre/12/x'],
  ['/b', '/pre/12x', '/pre/12', '/b/x', null, null, '/bpre/12x'],
  ['/b/', '/', null, '/b/', '/b/', '/b/', '/b/'],
  ['/b/', '/x/', null, '/b/x/', '/b/x/', '/b/x/', '/b/x/'],
  ['/b/', '/x/y', null, '/b/x/y', '/b/x/y', '/b/x/y', '/b/x/y'],
  ['/b/', '/', '/', '/b/', '/b/', '/b/', '/b/'],
  ['/b/', '/x', '/', '/b/x', '/b/x', '/b/x', '/b/x'],
  ['/b/', '/x/', '/', '/b/x/', '/b/x/', '/b/x/', '/b/x/'],
  ['/b/', '/pre', '/pre', '/b', '/b/pre', '/b/', '/b/pre'],
  ['/b/', '/pre/', '/pre', '/b/', '/b/pre/', '/b/', '/b/pre/'],
  ['/b/', '/pre/x', '/pre', '/b/x', '/b/pre/x', '/b/x', '/b/pre/x'],
  ['/b/', '/prefix', '/pre', '/b/fix', '/b/prefix', '/b/fix', '/b/prefix'],
  ['/b/', '/pre/12', '/pre/12', '/b', '/b/pre/12', '/b/', '/b/pre/12'],
  ['/b/', '/pre/12/', '/pre/12', '/b/', '/b/pre/12/', '/b/', '/b/pre/12/'],
  ['/b/', '/pre/12/x', '/pre/12', '/b/x', '/b/pre/12/x', '/b/x', '/b/pre/12/x'],
  ['/b/', '/pre/12x', '/pre/12', '/b/x', '/b/pre/12x', '/b/x', '/b/pre/12x'],
  ['/b/c', '/', null, null, null, null, '/b/c'],
  ['/b/c', '/x/', null, null, null, null, '/b/cx/'],
  ['/b/c', '/x/y', null, null, null, null, '/b/cx/y'],
  ['/b/c', '/', '/', null, null, null, '/b/c'],
  ['/b/c', '/x', '/', null, null, null, '/b/cx'],
  ['/b/c', '/x/', '/', null, null, null, '/b/cx/'],
  ['/b/c', '/pre', '/pre', null, null, null, '/b/cpre'],
  ['/b/c', '/pre/', '/pre', null, null, null, '/b/cpre/'],
  ['/b/c', '/pre/x', '/pre', null, null, null, '/b/cpre/x'],
  ['/b/c', '/prefix', '/pre', null, null, null, '/b/cprefix'],
  ['/b/c', '/pre/12', '/pre/12', null, null, null, '/b/cpre/12'],
  ['/b/c', '/pre/12/', '/pre/12', null, null, null, '/b/cpre/12/'],
  ['/b/c', '/pre/12/x', '/pre/12', null, null, null, '/b/cpre/12/x'],
  ['/b/c', '/pre/12x', '/pre/12', null, null, null, '/b/cpre/12x'],
  ['/srv', '/roureq', '/rou', '/srv/req', '/srv/roureq', '/srvreq', '/srvroureq'],
  ['/srv/', '/rou', '/rou', '/srv', '/srv/rou', '/srv/', '/srv/rou'],
  ['/svc', '/x', null, '/svc/x', '/svc/x', '/svcx', '/svcx'],
  ['/svc', '/', '/', '/svc', '/svc', '/svc', '/svc'],
  ['/svc', '/route', '/route', '/svc', null, null, null],
  ['/svc', '/route.', '/route', '/svc', null, null, null],
  ['/svc', '/route..', '/route', '/svc', null, null, null],
  ['/svc', '/route.../x', '/route', '/svc/.../x', null, null, null],
  ['/svc', '/route../q', '/route', '/svc/q', '/svc/route../q', '/svcq', '/svcroute../q'],
  ['/svc', '/route../x', '/route', '/svc/x', null, null, null],
  ['/svc', '/route..x', '/route', '/svc/..x', null, null, null],
  ['/svc', '/route./x', '/route', '/svc/x', null, null, null],
  ['/svc', '/route.x', '/route', '/svc/.x', null, null, null],
  ['/svc', '/route/', '/route', '/svc/', '/svc/route/', '/svc/', '/svcroute/'],
  ['/svc', '/route/x', '/route', '/svc/x', null, null, null],
  ['/svc', '/route/', '/route/', '/svc/', '/svc/route/', '/svc', '/svcroute/'],
  ['/svc', '/route/req', '/route/', '/svc/req', '/svc/route/req', '/svcreq', '/svcroute/req'],
]

const cases = rows.flatMap(([base, path, matched, ...expected]) =>
  expected.flatMap((expectation, i) => {
    const handling = i < 2 ? ('v0' as const) : ('v1' as const)
    return expectation === null
      ? []
      : [{ base, path, matched, handling, stripPath: i % 2 === 0, expectation }]
  }),
)

describe('upstreamPath', () => {
  it.each(cases)(
    '$base with $path matched by $matched, $handling, strip $stripPath',
    ({ expectation, ...building }) => {
      expect(upstreamPath(building)).toBe(expectation)
    },
  )

  it('escapes what a request target cannot hold', () => {
    const building = { base: '/', path: '/a b', matched: null, stripPath: false, handling: 'v0' as const }
    expect(upstreamPath(building)).toBe('/a%20b')
  })
})

describe('a path that a plugin gives', () => {
  it.each([
    ['/a b', '/a%20b'],
    ['a', '/a'],
    ['', '/'],
    ['/a?b#c', '/a%3Fb%23c'],
    ['/%2F\r\n', '/%2F%0D%0A'],
  ])('%j goes upstream as %s', (given, expected) => expect(givenPath(given)).toBe(expected))
})
