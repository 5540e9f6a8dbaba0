import { describe, expect, it } from 'vitest'
import { mutuallyRequired } from './checks.ts'
import { record, string } from './field.ts'
import { recordErrors } from './record-errors.ts'
import { valueProblem } from './value-problem.ts'
import { isVaultReference } from './vault-reference.ts'

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
