import { loadSome } from '@biplane/service'
import { expect, it } from 'vitest'
import { adminAddress } from './address.ts'

it.each([
  ['nothing', '', 'http://127.0.0.1:8001'],
  ['every address', '0.0.0.0:9001', 'http://127.0.0.1:9001'],
  ['every address of both sorts', '[::]:9001', 'http://[::1]:9001'],
  ['TLS first', '127.0.0.1:8444 ssl, 10.0.0.1:8001', 'http://10.0.0.1:8001'],
  ['TLS only', '0.0.0.0:8444 ssl', 'https://127.0.0.1:8444'],
])('an Admin API that is told to listen on %s is reached', (_what, KONG_ADMIN_LISTEN, url) => {
  const loaded = loadSome('admin-api', ['admin_listen'], { KONG_ADMIN_LISTEN }, () => '')
  expect('settings' in loaded && adminAddress(loaded.settings.admin_listen)).toBe(url)
})
