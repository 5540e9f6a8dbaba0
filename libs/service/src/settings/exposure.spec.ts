import { expect, it } from 'vitest'
import { aPair, surroundings } from '../fixtures.ts'
import { exposuresOf } from './exposure.ts'
import { loadSome } from './load.ts'

const { cert } = await aPair()
const names = ['admin_listen', 'admin_tokens', 'admin_client_verify', 'admin_client_roles'] as const
const tokens = `ci:write:sha256:${'a'.repeat(64)}`
const open = (where: string): string => `whoever reaches the Admin API at ${where} may change everything`

it.each<[string, Readonly<Record<string, string>>, string[]]>([
  ['the default', {}, []],
  ['loopback in each form', { admin_listen: 'localhost:1, 127.1.2.3:2, [::1]:3 ssl' }, []],
  ['every address', { admin_listen: '127.0.0.1:1, 0.0.0.0:2 ssl' }, [open('0.0.0.0:2')]],
  ['every IPv6 address', { admin_listen: '[::]:2' }, [open('[::]:2')]],
  ['two of them', { admin_listen: '10.0.0.1:1, admin.test:2' }, [open('10.0.0.1:1 and admin.test:2')]],
  ['tokens over TLS', { admin_tokens: tokens, admin_listen: '0.0.0.0:2 ssl, 127.0.0.1:1' }, []],
  [
    'tokens in clear',
    { admin_tokens: tokens, admin_listen: '0.0.0.0:2 ssl, 0.0.0.0:1' },
    ['tokens can be read on their way to the Admin API at 0.0.0.0:1'],
  ],
  [
    'certificates',
    { admin_client_verify: 'on', admin_client_ca: cert, admin_listen: '0.0.0.0:2 ssl, 0.0.0.0:1' },
    [],
  ],
  [
    'certificates that may be left out',
    { admin_client_verify: 'optional', admin_client_ca: cert, admin_listen: '0.0.0.0:2 ssl' },
    [open('0.0.0.0:2')],
  ],
  [
    'certificates that give roles',
    {
      ...{ admin_client_verify: 'optional', admin_client_roles: 'ci:write' },
      ...{ admin_client_ca: cert, admin_listen: '0.0.0.0:2 ssl' },
    },
    [],
  ],
])('what is to be told of %s', (_what, given, messages) => {
  const env = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`KONG_${name.toUpperCase()}`, value]),
  )
  const read = loadSome('admin-api', [...names, 'admin_client_ca'], env, surroundings().readFile)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  expect(exposuresOf(read.settings).map(({ message }) => message)).toEqual(messages)
})
