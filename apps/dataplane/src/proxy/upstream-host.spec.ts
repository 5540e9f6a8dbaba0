import { expect, it } from 'vitest'
import { upstreamHost } from './upstream-host.ts'

it.each([
  ['http', 'a.test', 80, 'a.test'],
  ['http', 'a.test', 443, 'a.test:443'],
  ['https', 'a.test', 443, 'a.test'],
  ['https', 'a.test', 80, 'a.test:80'],
  ['http', '10.0.0.1', 8000, '10.0.0.1:8000'],
  ['http', 'fd00::1', 80, '[fd00::1]'],
  ['http', 'fd00::1', 81, '[fd00::1]:81'],
  ['http', 'front.test:8080', 81, 'front.test:8080'],
  ['http', '[fd00::1]:8080', 81, '[fd00::1]:8080'],
] as const)('%s to %s at port %i asks for %s', (scheme, host, port, header) => {
  expect(upstreamHost(scheme, host, port)).toBe(header)
})
