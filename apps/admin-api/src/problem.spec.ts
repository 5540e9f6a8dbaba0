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
import { createLogger } from '@biplane/service'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import { describe, expect, it } from 'vitest'
import { BadRequest } from './bad-request.ts'
import { registerProblems, toProblem } from './problem.ts'

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
    [
      'a lost database',
      new DatabaseUnavailable('gone'),
      503,
      { code: 8, name: 'database error', message: 'gone' },
    ],
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

/** An app of which a request fails, and what it logs. */
function failing(error: Error) {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const loggerInstance: FastifyBaseLogger = createLogger({ log_level: 'warn' }, 'admin-api', { write })
  const app = Fastify({ loggerInstance })
  registerProblems(app, () => false)
  app.get('/key-auths/:key', () => Promise.reject(error))
  return { app, lines }
}

it.each([
  ['ours', new Error('x')],
  ['of the database', new DatabaseUnavailable('gone')],
])(
  'a fault %s is logged without what the path names: it may be the key of a credential',
  async (_, error) => {
    const { app, lines } = failing(error)
    await app.inject('/key-auths/s3cret?also=s3cret')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('/key-auths/:key')
    expect(lines[0]).not.toContain('s3cret')
  },
)

it('a crowd of requests that the database fails is one line', async () => {
  const { app, lines } = failing(new DatabaseUnavailable('gone'))
  for (let i = 0; i < 100; i += 1) await app.inject('/key-auths/x')
  expect(lines).toHaveLength(1)
})
