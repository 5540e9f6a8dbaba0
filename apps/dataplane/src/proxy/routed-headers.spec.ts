import { expect, it } from 'vitest'
import { HeaderBlock } from './header-block.ts'
import { stripRequestHops } from './hop-by-hop.ts'
import { routedArguments, routedHeaders } from './routed-headers.ts'

const SENT = [
  'Host',
  'a',
  'Connection',
  'upgrade, x-own',
  'Upgrade',
  'chat',
  'TE',
  'trailers, gzip',
  'X-Own',
  '1',
  'X',
  '2',
]

function routed(most = 100, change: (headers: HeaderBlock) => void = () => undefined) {
  const headers = new HeaderBlock(SENT)
  stripRequestHops(headers)
  change(headers)
  return routedHeaders(headers, SENT, most)
}

it.each([
  ['x', ['2']],
  ['connection', ['upgrade, x-own']],
  ['upgrade', ['chat']],
  ['te', ['trailers, gzip']],
  ['x-own', ['1']],
  ['y', []],
])('%s can be routed by, also where it goes no further', (name, values) => {
  expect(routed()(name)).toEqual(values)
})

it('are those of the client as plugins changed them before a route was found', () => {
  const changed = routed(100, (headers) => {
    headers.set('x', '3')
    headers.remove('host')
  })
  expect([changed('x'), changed('host')]).toEqual([['3'], []])
})

it('are no more than are looked at', () => {
  expect([routed(6)('x'), routed(5)('x'), routed(5)('x-own'), routed(4)('x-own')]).toEqual([
    ['2'],
    [],
    ['1'],
    [],
  ])
})

it.each([
  [1, ['1'], []],
  [2, ['1', 'ü'], []],
  [3, ['1', 'ü'], ['2']],
])('are, of the arguments of a query, the first %i', (most, a, b) => {
  const values = routedArguments('?a=1&a=%C3%BC&b=2', most)
  expect([values('a'), values('b')]).toEqual([a.map((text) => Buffer.from(text).toString('latin1')), b])
})
