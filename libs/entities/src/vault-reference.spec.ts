import { describe, expect, it } from 'vitest'
import { mutuallyRequired } from './checks.ts'
import { record, string } from './field.ts'
import { recordErrors } from './record-errors.ts'
import { valueProblem } from './value-problem.ts'
import { isVaultReference, parseVaultReference } from './vault-reference.ts'

const REFERENCE = '{vault://env/a-secret}'

describe('isVaultReference', () => {
  it.each([
    [REFERENCE, true],
    ['{vault://env}', true],
    ['{vault:/env/a-secret}', false],
    ['vault://env/a-secret', false],
    [` ${REFERENCE}`, false],
    ['', false],
    [null, false],
    [{ vault: 'env' }, false],
  ])('of %j is %s', (value, expected) => {
    expect(isVaultReference(value)).toBe(expected)
  })
})

describe('parseVaultReference', () => {
  const whole = { vault: 'env', resource: 'cert', key: null, config: {}, version: 1 }
  it.each([
    ['{vault://env/cert}', whole],
    ['{vault://my-env/cert}', { ...whole, vault: 'my-env' }],
    ['{vault://env/cert/key}', { ...whole, key: 'key' }],
    ['{vault://env/cert/}', whole],
    ['{vault://env/a/b/key}', { ...whole, resource: 'a/b', key: 'key' }],
    ['{vault://env/a%20b/k%2fy}', { ...whole, resource: 'a b', key: 'k/y' }],
    ['{vault://env/100%}', { ...whole, resource: '100%' }],
    [
      '{vault://env/cert/key?prefix=SSL_#2}',
      { ...whole, key: 'key', config: { prefix: 'SSL_' }, version: 2 },
    ],
    ['{vault://env}', null],
    ['{vault://env/}', null],
    ['{vault:///cert}', null],
    ['{vault://env/cert#new}', null],
  ])('of %j is %j', (reference, parsed) => {
    expect(parseVaultReference(reference)).toEqual(parsed)
  })
})

describe('a reference to a vault', () => {
  it('stands for any value of a field that may hold one', () => {
    const digits = { match: '^%d+$', len_max: 4 } as const
    expect(valueProblem(string({ ...digits, referenceable: true }), REFERENCE)).toBeUndefined()
    expect(valueProblem(string(digits), REFERENCE)).toBe('length must be at most 4')
  })

  it('keeps checks from judging what only nodes know', () => {
    const both = mutuallyRequired('a', 'c.b')
    const fields = {
      a: string({ referenceable: true }),
      c: record({ b: string({ referenceable: true }) }),
      d: string(),
    }
    const none = { a: null, c: null, d: null }
    expect(recordErrors(fields, [both], { ...none, a: REFERENCE })).toBeUndefined()
    expect(recordErrors(fields, [both], { ...none, c: { b: REFERENCE } })).toBeUndefined()
    expect(recordErrors(fields, [both], { ...none, a: 'x' })).toHaveProperty('@entity')
    expect(recordErrors(fields, [mutuallyRequired('a', 'd')], { ...none, d: REFERENCE })).toHaveProperty(
      '@entity',
    )
  })
})
