import { describe, expect, it } from 'vitest'
import { surroundings } from '../fixtures.ts'
import { cipherList } from './cipher-list.ts'
import { dhParameters } from './dh-parameters.ts'
import { tlsVersions } from './tls-versions.ts'

const reading = { ...surroundings(), prefix: '/', given: true }

describe('tlsVersions', () => {
  it.each([
    ['TLSv1.2', 'TLSv1.2', 'TLSv1.2'],
    ['TLSv1.3 TLSv1.2', 'TLSv1.2', 'TLSv1.3'],
    ['TLSv1 TLSv1.1 TLSv1.2 TLSv1.3', 'TLSv1', 'TLSv1.3'],
  ])('of %s are from %s to %s', (text, oldest, newest) => {
    expect(tlsVersions.parse(text, reading)).toEqual({ value: { oldest, newest } })
  })

  it.each(['SSLv3', 'TLSv1.2 SSLv3', 'TLSv1 TLSv1.2', '1.2'])('refuse %s', (text) => {
    expect(tlsVersions.parse(text, reading)).toHaveProperty('wrong')
  })
})

describe('cipherList', () => {
  it.each(['HIGH:!aNULL', 'TLS_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-SHA:@SECLEVEL=0'])(
    'takes %s',
    (text) => {
      expect(cipherList.parse(text, reading)).toEqual({ value: text })
    },
  )

  it.each(['NONSENSE', '::'])('refuses %s', (text) => {
    expect(cipherList.parse(text, reading)).toHaveProperty('wrong')
  })
})

describe('dhParameters', () => {
  it('of a name are left to OpenSSL', () => {
    expect(dhParameters.parse('ffdhe2048', reading)).toEqual({ value: 'auto' })
  })

  it.each(['ffdhe1024', '/none.pem', '-----BEGIN DH PARAMETERS-----'])('refuse %s', (text) => {
    expect(dhParameters.parse(text, reading)).toHaveProperty('wrong')
  })

  it('of a file are what it holds', () => {
    const readFile = () => DH_2048
    expect(dhParameters.parse('/dh.pem', { ...reading, readFile })).toEqual({ value: DH_2048 })
  })
})

/** Those of the group ffdhe2048. */
const DH_2048 = `-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
`
