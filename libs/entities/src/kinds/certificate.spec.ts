import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { aWrite, NOW } from '../fixtures/context.ts'
import { authority, ec, expiredAuthority, otherAuthority, otherEc, otherRsa, rsa } from '../fixtures/pem.ts'
import { validate } from '../validate.ts'
import { caCertificate } from './ca-certificate.ts'
import { certificate } from './certificate.ts'

const both = { ...rsa, cert_alt: ec.cert, key_alt: ec.key }
const SECRET = '{vault://env/secret}'

describe('a certificate', () => {
  it.each([
    ['of RSA', rsa],
    ['of an elliptic curve', ec],
    ['of both', both],
    ['of the other first', { ...ec, cert_alt: rsa.cert, key_alt: rsa.key }],
    ['with what signed it', { cert: rsa.cert + authority, key: rsa.key }],
    ['in a vault', { cert: SECRET, key: SECRET }],
    ['whose key is in a vault', { cert: rsa.cert, key: SECRET }],
    ['whose alternative is in a vault', { ...rsa, cert_alt: SECRET, key_alt: SECRET }],
  ])('%s is accepted', (_, input) => {
    expect(validate(certificate, { ...input }, aWrite())).toMatchObject({ entity: { ...input } })
  })

  it.each([
    ['nothing', {}, { cert: 'required field missing', key: 'required field missing' }],
    [
      'the key of another',
      { cert: rsa.cert, key: otherRsa.key },
      { '@entity': ['certificate does not match key'] },
    ],
    [
      'a key of another type',
      { cert: rsa.cert, key: ec.key },
      { '@entity': ['certificate does not match key'] },
    ],
    [
      'the alternative key of another',
      { ...both, key_alt: otherEc.key },
      { '@entity': ['alternative certificate does not match key'] },
    ],
    [
      'half an alternative',
      { ...rsa, cert_alt: ec.cert },
      { '@entity': ["all or none of these fields must be set: 'cert_alt', 'key_alt'"] },
    ],
    [
      'an alternative of the same type',
      { ...rsa, cert_alt: otherRsa.cert, key_alt: otherRsa.key },
      {
        '@entity': [
          'certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), the provided certificates were both of the same type',
        ],
      },
    ],
  ])('of %s is refused', (_, input, errors) => {
    expect(validate(certificate, input, aWrite())).toStrictEqual({ errors })
  })

  it.each([
    ['cert', 'garbage', /^invalid certificate: ./],
    ['cert', rsa.key, /^invalid certificate: ./],
    ['key', 'garbage', /^invalid key: ./],
    ['key', rsa.cert, /^invalid key: ./],
    ['cert_alt', ec.cert.slice(0, 200), /^invalid certificate: ./],
  ])('with a broken %s is refused', (field, value, message) => {
    const outcome = validate(certificate, { ...both, [field]: value }, aWrite())
    expect(outcome).toEqual({ errors: { [field]: expect.stringMatching(message) } })
  })
})

describe('a certificate of an authority', () => {
  it.each([authority, otherAuthority])('is known by its digest, whatever digest is sent', (cert) => {
    const der = Buffer.from(cert.replace(/-----.*-----|\n/g, ''), 'base64')
    const digest = createHash('sha256').update(der).digest('hex')
    const outcome = validate(caCertificate, { cert, cert_digest: 'sent' }, aWrite())
    expect(outcome).toMatchObject({ entity: { cert_digest: digest } })
  })

  it.each([
    ['two', authority + otherAuthority, 'please submit only one certificate at a time'],
    ['one that is over', expiredAuthority, 'certificate expired, "Not After" time is in the past'],
    [
      'none that may sign',
      rsa.cert,
      'certificate does not appear to be a CA because it is missing the "CA" basic constraint',
    ],
  ])('that is %s is refused', (_, cert, message) => {
    expect(validate(caCertificate, { cert }, aWrite())).toStrictEqual({ errors: { '@entity': [message] } })
  })

  it('ends while it is stored, which nodes do not mind', () => {
    const outcome = validate(caCertificate, { cert: expiredAuthority }, { ...aWrite(), now: 1 })
    expect(outcome).toHaveProperty('entity')
    expect(NOW).toBeGreaterThan(Date.parse('2020-01-01') / 1000)
  })

  it.each([
    [{}, 'required field missing'],
    [{ cert: SECRET }, /^invalid certificate: ./],
  ])('of %j is refused', (input, message) => {
    const outcome = validate(caCertificate, input, aWrite())
    expect(outcome).toEqual({ errors: { cert: expect.stringMatching(message) } })
  })
})
