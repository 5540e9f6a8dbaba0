import type { Hello } from '@biplane/protocol'
import { expect, it } from 'vitest'
import { aHello } from './fixtures.ts'
import { helloFault } from './hello.ts'

const labels = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, 'value']))

it.each<[string, Partial<Hello>, string | null]>([
  ['as nodes say it', {}, null],
  ['ten labels', { labels: labels(10) }, null],
  ['eleven labels', { labels: labels(11) }, 'label'],
  ['a label of 64 characters', { labels: { a: 'x'.repeat(64) } }, 'label'],
  ['a label whose key holds a NUL', { labels: { 'a\0': 'x' } }, 'label'],
  ['no node id', { nodeId: '' }, 'node id'],
  ['a node id that is no UUID', { nodeId: '../../x' }, 'node id'],
  ['no instance', { instance: '' }, 'instance'],
  ['no hostname', { hostname: '' }, 'hostname'],
  ['a hostname of 256 characters', { hostname: 'x'.repeat(256) }, 'hostname'],
  ['an endless version', { version: '1'.repeat(200) }, 'version'],
  ['a nameless plugin', { plugins: [{ name: '' }] }, 'plugin'],
  ['countless kinds', { kinds: Array.from({ length: 1_001 }, () => 'x') }, 'kinds'],
  ['a nameless kind', { kinds: [''] }, 'kinds'],
  ['countless plugins', { plugins: Array.from({ length: 5_001 }, () => ({ name: 'x' })) }, 'plugin'],
])('a hello with %s', (_, fields, fault) => {
  const found = helloFault(aHello(fields))
  if (fault === null) expect(found).toBeNull()
  else expect(found).toContain(fault)
})
