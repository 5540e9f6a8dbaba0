import { expect, it } from 'vitest'
import { nearestName } from './nearest-name.ts'

const NAMES = ['pg_host', 'pg_port', 'proxy_listen', 'cluster_listen', 'cluster_cert', 'prefix']

it.each([
  ['a letter is missing', 'proxy_lisen', 'proxy_listen'],
  ['a letter is too many', 'pg_hostt', 'pg_host'],
  ['a letter is another', 'cluster_cart', 'cluster_cert'],
  ['two letters are swapped', 'prefxi', 'prefix'],
  ['nothing is like it', 'anonymous_reports', undefined],
  ['it is too short to tell', 'p', undefined],
])('when %s', (_what, misspelt, nearest) => {
  expect(nearestName(misspelt, NAMES)).toBe(nearest)
})

it('prefers the name that is nearest', () => {
  expect(nearestName('pg_pot', ['pg_host', 'pg_port'])).toBe('pg_port')
})
