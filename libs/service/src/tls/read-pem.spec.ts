import { describe, expect, it } from 'vitest'
import { aPair, surroundings } from '../fixtures.ts'
import { certificateDigest } from './digest.ts'
import { readPem } from './read-pem.ts'

const { cert, key } = await aPair()
const { readFile } = surroundings({ '/cluster.crt': cert, '/cluster.key': key, '/note.txt': 'hello' })
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('readPem', () => {
  it.each([
    ['a path', '/cluster.crt'],
    ['PEM text', cert],
    ['base64 of PEM', base64(cert)],
  ])('reads a certificate given as %s', (_form, setting) => {
    expect(readPem(setting, 'certificate', readFile)).toEqual({ pem: cert })
  })

  it.each([
    ['a path', '/cluster.key'],
    ['PEM text', key],
    ['base64 of PEM', base64(key)],
  ])('reads a private key given as %s', (_form, setting) => {
    expect(readPem(setting, 'private key', readFile)).toEqual({ pem: key })
  })

  it('lists every way that it tried', () => {
    expect(readPem('/none.crt', 'certificate', readFile)).toEqual({
      failures: [
        'as a file it cannot be read (ENOENT)',
        'as base64 it does not decode to PEM',
        'as PEM text it has no BEGIN line',
      ],
    })
  })

  it.each([
    ['a file that holds something else', '/note.txt', 'certificate'],
    ['a key where a certificate belongs', key, 'certificate'],
    ['a certificate where a key belongs', '/cluster.crt', 'private key'],
    ['PEM with a broken body', cert.replace(/M/g, '!'), 'certificate'],
  ] as const)('refuses %s', (_what, setting, kind) => {
    expect(readPem(setting, kind, readFile)).toEqual({
      failures: [expect.stringContaining(`no readable ${kind}`)],
    })
  })
})

it('takes the digest of the DER, however the PEM is written', () => {
  const digest = certificateDigest(cert)
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(certificateDigest(`a comment\n${cert}\n`)).toBe(digest)
})
