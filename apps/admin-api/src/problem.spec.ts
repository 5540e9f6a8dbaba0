import { DatabaseUnavailable } from '@biplane/database'
import {
  DomainError,
  domainCodes,
  foreignKeyMissing,
  invalidOptions,
  invalidUnique,
  notFound,
  uniqueViolation,
} from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { BadRequest } from './bad-request.ts'
import { toProblem } from './problem.ts'

describe('toProblem', () => {
  it.each([
    ['a unique violation', uniqueViolation({ name: 'x' }), 409, { code: 5, fields: { name: 'x' } }],
    ['a missing entity', notFound({ id: 'x' }), 404, { code: 6, name: 'not found' }],
    ['a missing reference', foreignKeyMissing('service', { id: 'x' }, 'services'), 400, { code: 4 }],
    [
      'a key that no field takes',
      invalidUnique('name', 'no'),
      400,
      { code: 10, name: 'invalid unique name' },
    ],
    ['wrong options', invalidOptions({ tags: 'no' }), 400, { code: 11, options: { tags: 'no' } }],
    ['too many arguments', new BadRequest(400, 'Too many arguments'), 400, { message: 'Too many arguments' }],
    ['a lost database', new DatabaseUnavailable('gone'), 503, { message: 'gone' }],
    [
      'a body that is too long',
      Object.assign(new Error('x'), { statusCode: 413 }),
      413,
      { message: 'Payload too large' },
    ],
    ['anything else', new TypeError('secret'), 500, { message: 'An unexpected error occurred' }],
    ['what is no error', 'oops', 500, { message: 'An unexpected error occurred' }],
  ])('answers %s', (_what, error, status, body) => {
    expect(toProblem(error)).toMatchObject({ status, body })
  })

  it('answers a media type that it does not know without a body', () => {
    expect(toProblem(new BadRequest(415, ''))).toEqual({ status: 415, body: undefined, fault: 'client' })
  })

  it('has a status for each code', () => {
    for (const code of Object.keys(domainCodes) as (keyof typeof domainCodes)[]) // its keys are its own
      expect(toProblem(new DomainError(code, 'm')).status).toBeGreaterThanOrEqual(400)
  })
})
