import { passwordHash } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aConsumer, aContext, type ContextFixture } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { basicAuth } from './handler.ts'
import type { BasicAuthConfig } from './schema.ts'

const ann = aConsumer()
const guest = aConsumer({ id: '99999999-9999-4999-8999-999999999999', username: 'guest', custom_id: null })
const stored = (username: string, password: string) => ({
  consumer: ann,
  credential: { id: `id of ${username}`, username, password: passwordHash(password, ann.id) },
})
const known = {
  consumers: [ann, guest],
  credentials: {
    'basicauth_credentials/bob': stored('bob', 'secret'),
    'basicauth_credentials/bö b': stored('bö b', 'pä:ss'),
    'basicauth_credentials/empty': stored('empty', ''),
  },
}
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

const missing = { status: 401, error: 'Unauthorized', headers: { 'WWW-Authenticate': 'Basic realm="kong"' } }
const wrong = { status: 401, error: 'Invalid authentication credentials' }

describe('basic-auth', () => {
  it.each<[string, Record<string, string>, unknown]>([
    ['no header', {}, missing],
    ['a name and its password', { Authorization: basic('bob:secret') }, undefined],
    ['the scheme in small letters', { Authorization: basic('bob:secret').replace('B', 'b') }, undefined],
    [
      'the scheme in capital letters',
      { Authorization: basic('bob:secret').replace('Basic', 'BASIC') },
      wrong,
    ],
    ['the header for proxies', { 'Proxy-Authorization': basic('bob:secret') }, undefined],
    ['a password with a colon, not in ASCII', { Authorization: basic('bö b:pä:ss') }, undefined],
    ['an empty password', { Authorization: basic('empty:') }, undefined],
    ['a wrong password', { Authorization: basic('bob:no') }, wrong],
    ['the hash for a password', { Authorization: basic(`bob:${passwordHash('secret', ann.id)}`) }, wrong],
    ['an unknown name', { Authorization: basic('nobody:x') }, wrong],
    ['no name', { Authorization: basic(':secret') }, wrong],
    ['no colon', { Authorization: basic('bob') }, wrong],
    ['no base64', { Authorization: 'Basic !!!' }, wrong],
    ['another scheme', { Authorization: 'Bearer x' }, wrong],
    ['an empty header', { Authorization: '' }, wrong],
    [
      'a stranger for proxies, and a known one',
      { 'Proxy-Authorization': basic('nobody:x'), Authorization: basic('bob:secret') },
      undefined,
    ],
    [
      'a wrong password for proxies, and a right one',
      { 'Proxy-Authorization': basic('bob:no'), Authorization: basic('bob:secret') },
      wrong,
    ],
  ])('answers %s', async (_title, headers, expected) => {
    expect(await access({}, { headers }).verdict).toEqual(expected)
  })

  it('tells later plugins and the upstream who it is', async () => {
    const { verdict, context } = access(
      {},
      { headers: { Authorization: basic('bö b:pä:ss'), 'X-Credential-Identifier': 'forged' } },
    )
    expect(await verdict).toBeUndefined()
    expect(context).toMatchObject({ consumer: ann, credential: { username: 'bö b' } })
    expect(Object.fromEntries(context.request.headers.entries())).toMatchObject({
      authorization: basic('bö b:pä:ss'),
      'x-consumer-username': 'ann',
      'x-credential-identifier': Buffer.from('bö b').toString('latin1'),
    })
  })

  it.each([
    ['the header that it took', { Authorization: basic('bob:secret') }, []],
    [
      'that for proxies only, where it sufficed',
      { 'Proxy-Authorization': basic('bob:secret'), Authorization: 'Bearer of-the-upstream' },
      ['authorization'],
    ],
  ])('hides %s', async (_title, headers, left) => {
    const { verdict, context } = access({ hide_credentials: true }, { headers })
    expect(await verdict).toBeUndefined()
    expect([...context.request.headers.entries()].map(([name]) => name).filter(isAuthorization)).toEqual(left)
  })

  it('continues as the anonymous consumer', async () => {
    const { verdict, context } = access({ anonymous: 'guest' }, { headers: { Authorization: 'Basic !!!' } })
    expect(await verdict).toBeUndefined()
    expect(context).toMatchObject({ consumer: guest, credential: null })
  })
})

function isAuthorization(name: string): boolean {
  return name.endsWith('authorization')
}

function access(config: Partial<BasicAuthConfig>, fixture: ContextFixture) {
  const context = aContext({ ...known, ...fixture })
  const handler = handlerOf(basicAuth, { anonymous: null, hide_credentials: false, ...config })
  return { context, verdict: handler.access?.(context) }
}
