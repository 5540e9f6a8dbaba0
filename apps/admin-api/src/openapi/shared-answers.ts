import type { Method } from '../manners.ts'
import { REVISION_HEADER } from '../revision-header.ts'
import { WAIT_PARAMETER } from '../wait-for-sync/register.ts'
import type { Answer } from './contract.ts'
import { refTo, refusal } from './refusals.ts'

/** Answers that many operations give: a document tells each of them once. */
export const sharedAnswers = {
  late: {
    description: `With \`${WAIT_PARAMETER}\`: it is done, but some connected node has not applied it in that time, or never will.`,
    schema: refTo('late'),
    headers: [REVISION_HEADER],
  },
  unchanged: { description: 'The client has it already.', headers: ['ETag'] },
  unreadable: {
    description: 'The request cannot be read, or what it says is not right.',
    schema: refusal(400),
  },
  'unknown-caller': {
    description: 'A token is needed, or the one that was sent is not known.',
    schema: refTo('message'),
    headers: ['WWW-Authenticate'],
  },
  forbidden: {
    description: 'The role of the caller does not suffice, or a client certificate with a role is needed.',
    schema: refTo('message'),
    headers: ['WWW-Authenticate'],
  },
  absent: { description: 'What the path names is not there.', schema: refusal(404) },
  'not-here': {
    description: 'Nothing can be written here, as without a database.',
    schema: refusal(405),
    headers: ['Allow'],
  },
  conflict: {
    description: 'Another one has a value that only one may have.',
    schema: refusal(409),
  },
  unmet: {
    description: 'A condition does not hold: nothing was written.',
    schema: refTo('message'),
    headers: ['ETag'],
  },
  'too-large': { description: 'The body is too large.', schema: refTo('message') },
  'too-long': { description: 'A segment of the path is too long.', schema: refTo('message') },
  'unknown-type': { description: 'Bodies of this media type are not taken.' },
  'too-many': {
    description: 'Too many requests without a right token came from this address.',
    schema: refTo('message'),
    headers: ['Retry-After'],
  },
  unavailable: {
    description: 'What it needs is away, such as the database; nothing was written.',
    schema: refusal(503),
  },
} satisfies Readonly<Record<string, Answer>>

export type SharedAnswer = keyof typeof sharedAnswers

/** What every operation of a sort may answer besides what its contract tells, by status. */
export function commonAnswers(sort: {
  readonly method: Method
  readonly hasParameters: boolean
  readonly isPublic: boolean
  readonly isConditional: boolean
}): Readonly<Record<number, SharedAnswer>> {
  const isWrite = sort.method !== 'GET'
  return {
    400: 'unreadable',
    ...(!sort.isPublic && { 401: 'unknown-caller', 403: 'forbidden', 429: 'too-many' }),
    ...(sort.hasParameters && { 404: 'absent', 414: 'too-long' }),
    ...(sort.isConditional && { 412: 'unmet', ...(!isWrite && { 304: 'unchanged' }) }),
    ...(isWrite && { 202: 'late', 413: 'too-large', 415: 'unknown-type' }),
    503: 'unavailable',
  }
}
