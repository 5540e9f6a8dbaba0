import type { Kind } from './entity.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from './json.ts'
import { luaText } from './lua-text.ts'
import { violationMessage } from './violation-message.ts'

/** Kong's closed table of what a client can do wrong: the name in its error bodies, and the number. */
export const domainCodes = {
  'invalid primary key': 1,
  'schema violation': 2,
  'primary key violation': 3,
  'foreign key violation': 4,
  'unique constraint violation': 5,
  'not found': 6,
  'invalid offset': 7,
  'database error': 8,
  'invalid size': 9,
  'invalid unique': 10,
  'invalid options': 11,
  'operation unsupported': 12,
  'foreign keys unresolved': 13,
  'invalid declarative configuration': 14,
  'transformation error': 15,
  'invalid foreign key': 16,
  'invalid workspace': 17,
  'invalid global query': 18,
} as const
export type DomainCode = keyof typeof domainCodes

/** A refusal that is the caller's fault. Which HTTP status it has is admin-api's business. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: DomainCode
  /** What Kong's body calls `fields`, or `options` for invalid options. */
  readonly details: FieldErrors | JsonObject | undefined

  constructor(code: DomainCode, message: string, details?: FieldErrors | JsonObject) {
    super(message)
    this.code = code
    this.details = details
  }
}

export function invalidPrimaryKey(errors: FieldErrors): DomainError {
  return new DomainError('invalid primary key', `invalid primary key: '${luaText(errors)}'`, errors)
}

export function schemaViolation(errors: FieldErrors): DomainError {
  return new DomainError('schema violation', violationMessage(errors), errors)
}

/** An id that is taken. */
export function primaryKeyViolation(key: JsonObject): DomainError {
  return new DomainError('primary key violation', `primary key violation on key '${luaText(key)}'`, key)
}

/** A reference to nothing. */
export function foreignKeyMissing(field: string, key: JsonObject, to: Kind): DomainError {
  const message = `the foreign key '${luaText(key)}' does not reference an existing '${to}' entity.`
  return new DomainError('foreign key violation', message, { [field]: key })
}

/** A delete of what is still referred to. */
export function stillReferenced(kind: Kind, by: Kind): DomainError {
  const message = `an existing '${by}' entity references this '${kind}' entity`
  return new DomainError('foreign key violation', message, { '@referenced_by': by })
}

export function uniqueViolation(key: JsonObject): DomainError {
  return new DomainError('unique constraint violation', `UNIQUE violation detected on '${luaText(key)}'`, key)
}

/** @param key the id, or another unique field and its value */
export function notFound(key: JsonObject): DomainError {
  const by = Object.hasOwn(key, 'id') ? 'primary key ' : ''
  return new DomainError('not found', `could not find the entity with ${by}'${luaText(key)}'`, key)
}

/** @param reason such as `bad base64 encoding` */
export function invalidOffset(offset: string, reason: string): DomainError {
  return new DomainError('invalid offset', `'${offset}' is not a valid offset: ${reason}`)
}

/** @param reason such as `size must be a number` */
export function invalidSize(reason: string): DomainError {
  return new DomainError('invalid size', reason)
}

/** A path key that its field refuses. */
export function invalidUnique(field: string, problem: string): DomainError {
  return new DomainError('invalid unique', problem, { [field]: problem })
}

export function invalidOptions(options: FieldErrors): DomainError {
  const found = Object.entries(options).map(([name, problem]) => `${name}: ${String(problem)}`)
  const text = found.join('; ')
  const message =
    found.length === 1 ? `invalid option (${text})` : `${found.length} option violations (${text})`
  return new DomainError('invalid options', message, options)
}
