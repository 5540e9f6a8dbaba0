import { describe, expect, it } from 'vitest'
import {
  type DomainError,
  foreignKeyMissing,
  invalidOffset,
  invalidOptions,
  invalidPrimaryKey,
  invalidUnique,
  notFound,
  primaryKeyViolation,
  schemaViolation,
  stillReferenced,
  uniqueViolation,
} from './domain-error.ts'

const cases: readonly (readonly [DomainError, string, string])[] = [
  [
    invalidPrimaryKey({ id: 'expected a valid UUID' }),
    'invalid primary key',
    `invalid primary key: '{id="expected a valid UUID"}'`,
  ],
  [
    schemaViolation({ port: 'expected an integer' }),
    'schema violation',
    'schema violation (port: expected an integer)',
  ],
  [primaryKeyViolation({ id: 'x' }), 'primary key violation', `primary key violation on key '{id="x"}'`],
  [
    foreignKeyMissing('service', { id: 'x' }, 'services'),
    'foreign key violation',
    `the foreign key '{id="x"}' does not reference an existing 'services' entity.`,
  ],
  [
    stillReferenced('services', 'routes'),
    'foreign key violation',
    "an existing 'routes' entity references this 'services' entity",
  ],
  [
    uniqueViolation({ name: 'p', service: { id: 's' }, route: null, consumer: null }),
    'unique constraint violation',
    `UNIQUE violation detected on '{consumer=null,name="p",route=null,service={id="s"}}'`,
  ],
  [notFound({ id: 'x' }), 'not found', `could not find the entity with primary key '{id="x"}'`],
  [notFound({ name: 'x' }), 'not found', `could not find the entity with '{name="x"}'`],
  [
    invalidOffset('x', 'bad base64 encoding'),
    'invalid offset',
    "'x' is not a valid offset: bad base64 encoding",
  ],
  [invalidUnique('name', 'bad'), 'invalid unique', 'bad'],
  [
    invalidOptions({ tags: 'invalid filter syntax' }),
    'invalid options',
    'invalid option (tags: invalid filter syntax)',
  ],
]

describe('a refusal', () => {
  it.each(cases)('reads as Kong words it: %s', (error, code, message) => {
    expect(error).toMatchObject({ code, message })
  })

  it('keeps what it is about', () => {
    expect(stillReferenced('services', 'routes').details).toEqual({ '@referenced_by': 'routes' })
    expect(foreignKeyMissing('service', { id: 'x' }, 'services').details).toEqual({ service: { id: 'x' } })
    expect(invalidUnique('name', 'bad').details).toEqual({ name: 'bad' })
  })
})
