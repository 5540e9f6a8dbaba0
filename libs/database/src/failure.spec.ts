import { describe, expect, it } from 'vitest'
import { DatabaseUnavailable, isTransient, Overtaken, toFailure } from './failure.ts'

const withCode = (code: string) => Object.assign(new Error('reason'), { code })

describe('toFailure', () => {
  it.each([
    ['08006', true],
    ['57P01', true],
    ['57014', true],
    ['53300', true],
    ['53100', true],
    ['28P01', true],
    ['3D000', true],
    ['ECONNREFUSED', true],
    ['ENOTFOUND', true],
    ['CERT_HAS_EXPIRED', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
    ['EPROTO', true],
    ['40P01', true],
    ['40001', true],
    ['23505', false],
    ['42P01', false],
    ['22P02', false],
    ['ERR_INVALID_ARG_TYPE', false],
    ['ENOENT', false],
  ])('tells whether %s is a lost database: %s', (code, lost) => {
    const error = withCode(code)
    const failure = toFailure(error)
    if (!lost) return expect(failure).toBe(error)
    expect(failure).toBeInstanceOf(DatabaseUnavailable)
    expect(failure).toMatchObject({ message: 'database unavailable: reason', cause: error })
  })

  it('takes a Unix socket that is not there for a database that is not there', () => {
    const error = Object.assign(withCode('ENOENT'), { syscall: 'connect' })
    expect(toFailure(error)).toBeInstanceOf(DatabaseUnavailable)
  })

  it('tells why a write was overtaken too often', () => {
    expect(toFailure(new Overtaken())).toMatchObject({
      message: 'database unavailable: other writes kept changing the same entities',
    })
  })

  it('names every address that was tried', () => {
    const error = Object.assign(new AggregateError([new Error('v6'), new Error('v4')]), {
      code: 'ECONNREFUSED',
    })
    expect(toFailure(error)).toMatchObject({ message: 'database unavailable: v6; v4' })
  })
})

it.each([
  [withCode('40P01'), true],
  [withCode('40001'), true],
  [new Overtaken(), true],
  [withCode('23505'), false],
  ['text', false],
])('%s is worth another try: %s', (error, expected) => {
  expect(isTransient(error)).toBe(expected)
})
