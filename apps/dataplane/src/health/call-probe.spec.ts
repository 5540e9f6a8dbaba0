import { describe, expect, it } from 'vitest'
import { checkMessage, checkStatus } from './call-probe.ts'

describe('the message of a probe by gRPC', () => {
  it.each([
    ['/', '0000000000'],
    ['/a.B', `00000000050a03${Buffer.from('a.B').toString('hex')}`],
    [`/${'x'.repeat(200)}`, `00000000cb0ac801${Buffer.from('x'.repeat(200)).toString('hex')}`],
  ])('asks for %s', (path, hex) => {
    expect(checkMessage({ path }).toString('hex')).toBe(hex)
  })
})

it.each([
  ['serves', 200, 0, '00000000020801', 200],
  ['does not serve', 200, 0, '00000000020802', 503],
  ['does not know whether it serves', 200, 0, '0000000000', 503],
  ['does not know the service', 200, 5, '', 404],
  ['knows no such call', 200, 12, '', 501],
  ['has no room', 200, 8, '', 429],
  ['failed in its own way', 200, 2, '', 500],
  ['answers in HTTP only', 404, undefined, '', 404],
  ['says nothing of gRPC', 200, undefined, '', 0],
])('an upstream that %s', (_what, status, code, hex, expected) => {
  expect(checkStatus({ status, code, message: Buffer.from(hex, 'hex') })).toBe(expected)
})
