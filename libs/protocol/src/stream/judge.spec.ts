import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { refusalOf, type Shown } from './judge.ts'
import { authoritiesOf, digestOf, type Trust } from './trust.ts'

/** Its own authority, for `node.test` by its extension alone: its subject is empty, as those of some issuers are. */
const NAMELESS = `
-----BEGIN CERTIFICATE-----
MIIBbjCCARSgAwIBAgIUNcRWEN+kkBF9AJ+zjRGbFScTGqkwCgYIKoZIzj0EAwIw
ADAeFw0yNjExMjMxNjA5NDRaFw0yNjExMjUxNjA5NDRaMAAwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAStMG7fRF6KpN8MLrhIdyJgwOuYWCWxsmbZKhVSyuo4kDOb
oRuKU5IOQC9+5LLSXcat8WgGyt8Dg49LhvTv8fhdo2wwajAdBgNVHQ4EFgQUsnXn
6xrcuSNzt70yVZTXTRU6XgwwHwYDVR0jBBgwFoAUsnXn6xrcuSNzt70yVZTXTRU6
XgwwDwYDVR0TAQH/BAUwAwEB/zAXBgNVHREBAf8EDTALgglub2RlLnRlc3QwCgYI
KoZIzj0EAwIDSAAwRQIhAOiCkE19rCRkl6TaRp86JGAMzuyJyyyJwZWvL1B0Kj/h
AiBF6mrCoV+3Y4X/0/Dwz78k3mWu6vHAcYW/oXrJwsp5rw==
-----END CERTIFICATE-----
`

const certificate = new X509Certificate(NAMELESS)
const trust: Trust = { kind: 'pki', authorities: authoritiesOf(NAMELESS), revocation: null }
const shown: Shown = {
  ...{ chain: [certificate], digest: digestOf(certificate.raw), fault: null },
  authorities: trust.authorities.pem,
}

describe('a certificate without a subject', () => {
  it.each([
    ['is let in while it lasts', -1, null],
    [
      'is named by what it is for once it has expired',
      1,
      { cause: 'expired', reason: 'the certificate of DNS:node.test has expired' },
    ],
  ])('%s', (_what, ms, expected) => {
    expect(refusalOf(shown, trust, certificate.validToDate.getTime() + ms)).toEqual(expected)
  })
})
