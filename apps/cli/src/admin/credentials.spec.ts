import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateClusterPair } from '@biplane/service'
import { afterAll, describe, expect, it } from 'vitest'
import { credentialsOf } from './credentials.ts'

const folder = mkdtempSync(join(tmpdir(), 'biplane-credentials-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const pair = await generateClusterPair()
const paths = { cert: file('c.crt', pair.cert), key: file('c.key', pair.key) }

describe('credentialsOf', () => {
  it.each([
    ['nothing', {}, {}, {}],
    ['an option', { token: ' a ' }, { BIPLANE_ADMIN_TOKEN: 'c' }, { 'kong-admin-token': 'a' }],
    ['a file', { tokenFile: file('b', 'b\r\n') }, { BIPLANE_ADMIN_TOKEN: 'c' }, { 'kong-admin-token': 'b' }],
    ['the environment', {}, { BIPLANE_ADMIN_TOKEN: 'c\n' }, { 'kong-admin-token': 'c' }],
    ['an empty environment', {}, { BIPLANE_ADMIN_TOKEN: ' ' }, {}],
  ])('takes the token of %s', (_what, options, env, headers) => {
    expect(credentialsOf({ env }, options).headers).toEqual(headers)
  })

  it('takes a client certificate with its key, and an authority', () => {
    expect(credentialsOf({ env: {} }, { ...paths, ca: paths.cert }).tls).toEqual({
      rejectUnauthorized: true,
      ...pair,
      ca: pair.cert,
    })
  })

  it.each([
    ['two words', { token: 'secret word' }, 'holds no token'],
    ['a break', { token: 'secret\u0000' }, 'holds no token'],
    ['an empty file', { tokenFile: file('empty', '\n') }, 'holds no token'],
    ['no file', { tokenFile: join(folder, 'none') }, 'cannot be read'],
    ['half a pair', { cert: paths.cert }, 'both'],
    ['no certificate', { ...paths, cert: paths.key }, 'cannot be read as a certificate'],
    ['no key', { ...paths, key: paths.cert }, 'cannot be read as a private key'],
  ])('refuses %s without repeating a secret', (_what, options, part) => {
    let told = ''
    try {
      credentialsOf({ env: {} }, options)
    } catch (error) {
      told = String(error)
    }
    expect(told).toContain(part)
    expect(told).not.toContain('secret')
  })
})
