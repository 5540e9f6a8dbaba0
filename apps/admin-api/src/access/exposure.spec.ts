import { loadSome } from '@biplane/service'
import { expect, it } from 'vitest'
import { exposures } from './exposure.ts'

const TOKENS = { KONG_ADMIN_TOKENS: `ci:write:sha256:${'a'.repeat(64)}` }
const CLIENTS = { KONG_ADMIN_CLIENT_VERIFY: 'on' }

it.each([
  ['the default', {}, []],
  ['loopback by name', { KONG_ADMIN_LISTEN: 'localhost:1, 127.1.2.3:2, [::1]:3 ssl' }, []],
  ['every address', { KONG_ADMIN_LISTEN: '127.0.0.1:1, 0.0.0.0:2 ssl' }, ['whoever reaches 0.0.0.0:2 ']],
  ['every IPv6 address', { KONG_ADMIN_LISTEN: '[::]:2' }, ['whoever reaches [::]:2 ']],
  ['a name', { KONG_ADMIN_LISTEN: 'admin.example:2' }, ['whoever reaches admin.example:2 ']],
  ['tokens over TLS', { ...TOKENS, KONG_ADMIN_LISTEN: '0.0.0.0:2 ssl, 127.0.0.1:1' }, []],
  ['tokens in clear', { ...TOKENS, KONG_ADMIN_LISTEN: '0.0.0.0:2' }, ['tokens can be read']],
  ['certificates', { ...CLIENTS, KONG_ADMIN_LISTEN: '0.0.0.0:2 ssl, 0.0.0.0:1' }, []],
  [
    'certificates that may be left out',
    { KONG_ADMIN_CLIENT_VERIFY: 'optional', KONG_ADMIN_LISTEN: '0.0.0.0:2 ssl' },
    ['whoever reaches'],
  ],
])('what is to be told of %s', (_what, env, expected) => {
  const names = ['admin_listen', 'admin_tokens', 'admin_client_roles'] as const
  const read = loadSome('admin-api', names, env, () => '')
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  const verify = 'KONG_ADMIN_CLIENT_VERIFY' in env ? env.KONG_ADMIN_CLIENT_VERIFY : 'off'
  const settings = { ...read.settings, admin_client_verify: verify === 'on' ? verify : 'off' } as const
  const told = exposures(settings)
  expect(told).toEqual(expected.map((part) => expect.stringContaining(part)))
})
