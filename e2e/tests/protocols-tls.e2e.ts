import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { makePair } from '../protocols/certificates.ts'
import { type Gateway, startGateway } from '../protocols/gateway.ts'
import { handshake } from '../protocols/openssl.ts'
import { served, showCertificate } from '../protocols/routes.ts'

const [EXACT, WILD] = ['5f8b8f7e-3c2a-4f57-9d0c-0c8d0a3b1e02', '5f8b8f7e-3c2a-4f57-9d0c-0c8d0a3b1e03']

describe('openssl s_client, which others wrote', () => {
  let gateway: Gateway
  let port: number
  beforeAll(async () => {
    gateway = await startGateway()
    const [node] = gateway.nodes
    port = Number(new URL(node.proxyTls).port)
    const { folder } = gateway
    const alt = await makePair(folder, 'exact.test', { kind: 'rsa' })
    const more = { cert_alt: alt.cert, key_alt: alt.key }
    await showCertificate(gateway, EXACT, await makePair(folder, 'exact.test'), ['exact.test'], more)
    await showCertificate(gateway, WILD, await makePair(folder, '*.wild.test'), ['*.wild.test'])
    await served(gateway)
  })
  afterAll(() => gateway?.close())

  it.each([
    ['exact.test', /O = first, CN = exact\.test/],
    ['EXACT.test', /O = first, CN = exact\.test/],
    ['a.wild.test', /O = first, CN = \*\.wild\.test/],
    ['nobody.test', /^(?!O = first)/],
    [null, /^(?!O = first)/],
  ])('asks for %s and is shown the certificate of that name', async (name, subject) => {
    const asking = name === null ? ['-noservername'] : ['-servername', name]
    expect((await handshake(port, asking)).subject).toMatch(subject)
  })

  it.each([
    ['ECDSA+SHA256', 'id-ecPublicKey'],
    ['RSA-PSS+SHA256', 'rsaEncryption'],
  ])('that only takes %s is shown the one of the pair that it can use', async (algorithms, key) => {
    const { key: shown } = await handshake(port, ['-servername', 'exact.test', '-sigalgs', algorithms])
    expect(shown).toBe(key)
  })

  it('speaks TLS 1.2 or 1.3, and nothing older', async () => {
    for (const [flag, protocol] of [
      ['-tls1_2', 'TLSv1.2'],
      ['-tls1_3', 'TLSv1.3'],
    ] as const)
      expect(await handshake(port, [flag])).toMatchObject({ protocol })
    const old = handshake(port, ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0'])
    await expect(old).rejects.toThrow(/protocol version|unsupported protocol/)
  })

  it.each(['-tls1_2', '-tls1_3'])(
    'takes up its session again, at whichever worker it comes to (%s)',
    async (flag) => {
      const session = join(gateway.folder, `session${flag}`)
      const asking = ['-servername', 'exact.test', flag, '-ign_eof']
      // In TLS 1.3 what it needs for that comes after the handshake.
      const request = 'GET / HTTP/1.0\r\nHost: exact.test\r\n\r\n'
      const first = await handshake(port, [...asking, '-sess_out', session], request)
      expect(first.isResumed).toBe(false)
      for (let n = 0; n < 6; n++) {
        const again = await handshake(port, [...asking, '-sess_in', session], request)
        expect(again.isResumed).toBe(true)
      }
    },
  )

  it('is shown another certificate as soon as there is one', async () => {
    const { folder } = gateway
    await showCertificate(gateway, EXACT, await makePair(folder, 'exact.test', { label: 'second' }), [
      'exact.test',
    ])
    await eventually(async () => {
      const { subject } = await handshake(port, ['-servername', 'exact.test'])
      expect(subject).toBe('O = second, CN = exact.test')
    })
  })
})
