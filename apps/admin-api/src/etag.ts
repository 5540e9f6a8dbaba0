import { createHash } from 'node:crypto'
import { canonicalJson, type JsonObject } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { BadRequest } from './bad-request.ts'

/**
 * The tag of what GET shows: a digest of that itself. So it needs nothing stored, is the same on every admin-api and after a
 * backup was restored, and changes with what was shown and nothing else: with the names of a certificate, which are entities
 * of their own, but not with a write that changes nothing. What counts down by itself (`ttl`) is left out of it.
 */
export function etagOf(shown: JsonObject): string {
  const { ttl: _, ...lasting } = shown
  return `"${createHash('sha256').update(canonicalJson(lasting)).digest('hex').slice(0, DIGITS)}"`
}

const DIGITS = 32

/** Tags that a client names; any one at all. */
export type Tags = '*' | readonly string[]

/** What must hold of an entity for a request to be done (RFC 9110, section 13). */
export interface Conditions {
  readonly match: Tags | null
  readonly noneMatch: Tags | null
}

/** @throws BadRequest for a header that is no list of tags */
export function readConditions({ headers }: Pick<FastifyRequest, 'headers'>): Conditions {
  return {
    match: readTags('If-Match', headers['if-match']),
    noneMatch: readTags('If-None-Match', headers['if-none-match']),
  }
}

/**
 * Which condition does not hold, in words.
 *
 * @param current the tag of the entity, or null where there is none
 */
export function failedCondition({ match, noneMatch }: Conditions, current: string | null): string | null {
  if (match !== null && !isAmong(match, current)) {
    return current === null
      ? 'If-Match does not hold: there is no such entity'
      : `If-Match does not hold: the entity has another ETag, ${current}`
  }
  if (noneMatch !== null && isAmong(strong(noneMatch), current)) {
    return `If-None-Match does not hold: the entity exists with the ETag ${current}`
  }
  return null
}

/** If-None-Match takes a weak tag for the strong one: what a proxy has compressed on the way is still the same. */
function strong(tags: Tags): Tags {
  return tags === '*' ? tags : tags.map((tag) => tag.replace(/^W\//, ''))
}

function isAmong(tags: Tags, current: string | null): boolean {
  return current !== null && (tags === '*' || tags.includes(current))
}

function readTags(name: string, text: string | undefined): Tags | null {
  const list = text?.trim() ?? ''
  if (list === '') return null
  if (list === '*') return '*'
  const tags = list.match(TAG)
  if (tags === null || !WHOLE_LIST.test(list))
    throw new BadRequest(400, `${name} must be * or a list of ETags, each in double quotes`)
  return tags
}

const TAG = /(?:W\/)?"[^"]*"/g
const WHOLE_LIST = /^(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*$/
