import fc from 'fast-check'
import { expect, it } from 'vitest'
import { neighbourhood } from './neighbourhood.ts'

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5.6.7.8', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['1::', '1:0:0:0::/64'],
])('%s is counted with %s', (address, expected) => {
  expect(neighbourhood(address)).toBe(expected)
})

it('counts two IPv6 addresses together if, and only if, their first 64 bits are the same', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), (a, b) => {
      const [ours, theirs] = [networkOf(a), networkOf(b)]
      expect(neighbourhood(a) === neighbourhood(b)).toBe(ours === theirs)
      const [host] = theirs.match(/.{1,4}/) ?? ['0']
      const sibling = `${ours.match(/.{4}/g)?.join(':')}:${host}:1:2:3`
      expect(neighbourhood(sibling)).toBe(neighbourhood(a))
    }),
  )
})

/** The first 64 bits as hex digits, by way of how a URL writes an address. */
function networkOf(address: string): string {
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail = ''] = written.split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''))
  const missing = 8 - (before?.length ?? 0) - (after?.length ?? 0)
  const all = [...(before ?? []), ...Array<string>(missing).fill('0'), ...(after ?? [])]
  return all
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'))
    .join('')
}
