import type { JsonObject, JsonSchema } from '@biplane/entities'
import type { Method } from '../manners.ts'
import { REVISION_HEADER } from '../revision-header.ts'
import { LONGEST_WAIT, WAIT_PARAMETER, WITHHELD_HEADER } from '../wait-for-sync/register.ts'
import { callerAnswers } from './callers.ts'
import { type Answer, anything, exactly, listOf, text, whole } from './contract.ts'
import { refTo, refusal } from './refusals.ts'

/** What every operation of a sort may answer besides what its contract tells, by status. */
export function commonAnswers(
  method: Method,
  template: string,
  isPublic: boolean,
): Readonly<Record<number, Answer>> {
  return {
    ...(!isPublic && callerAnswers(method)),
    400: { description: 'The request cannot be read, or what it says is not right.', schema: refusal(400) },
    ...(template.includes('{') && {
      404: { description: 'What the path names is not there.', schema: refusal(404) },
      414: { description: 'A segment of the path is too long.', schema: refTo('message') },
    }),
    ...(method !== 'GET' && {
      202: { description: LATE, schema: refTo('late'), headers: [REVISION_HEADER] },
      413: { description: 'The body is too large.', schema: refTo('message') },
      415: { description: 'Bodies of this media type are not taken.' },
    }),
    503: {
      description: 'What it needs is away, such as the database; nothing was written.',
      schema: refusal(503),
    },
  }
}

const LATE = `With \`${WAIT_PARAMETER}\`: it is done, but some connected node has not applied it in that time, or never will.`

/** What every write takes in its query. */
export const waitParameter: JsonObject = {
  name: WAIT_PARAMETER,
  in: 'query',
  description:
    'Seconds. The answer comes when every connected, compatible node has applied what was written, or is 202 and names those that have not.',
  schema: { type: 'number', exclusiveMinimum: 0, maximum: LONGEST_WAIT },
}

/** `*`, or tags in double quotes. */
const TAGS_PATTERN = '^\\s*(\\*|((W/)?"[^"]*"(\\s*,\\s*(W/)?"[^"]*")*)?)\\s*$'

/** Conditions of requests that are about one entity. */
export const conditionParameters: readonly JsonObject[] = [
  ['If-Match', 'Only if the entity has one of these tags, or any with `*`; else 412.'],
  [
    'If-None-Match',
    'Only if the entity has none of these tags; else 304 to GET, 412 to others. `*` creates only.',
  ],
].map(([name = '', description = '']) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', pattern: TAGS_PATTERN },
}))

export const responseHeaders: Readonly<Record<string, JsonObject>> = {
  ETag: {
    description: 'The tag of the entity as GET shows it: it changes with that, and with nothing else.',
    schema: { type: 'string', pattern: '^"[0-9a-f]{32}"$' },
  },
  [REVISION_HEADER]: {
    description: 'The revision that the write became; absent where nothing changed.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
  [WITHHELD_HEADER]: {
    description: 'With `wait_for_sync`: ids of connected nodes that are not compatible with the config.',
    schema: text,
  },
  'WWW-Authenticate': { description: 'How to send a token.', schema: text },
  'Retry-After': { description: 'Seconds to wait.', schema: text },
  'Content-Security-Policy': { description: 'What the page may load: this server only.', schema: text },
  'X-Content-Type-Options': { description: 'Its type is not to be guessed.', schema: { const: 'nosniff' } },
  Allow: { description: 'The verbs that are offered.', schema: text },
  Deprecation: { description: 'There is a newer path for it.', schema: { const: 'true' } },
}

/** The 202 of a write that waited. */
export function lateSchema(): JsonSchema {
  const node = exactly(
    {
      id: text,
      hostname: text,
      state: { enum: ['behind', 'rejected', 'withheld'] },
      config_revision: whole,
      errors: listOf(refTo('violation')),
      withheld: refTo('withheld'),
    },
    ['errors', 'withheld'],
  )
  return exactly({
    message: text,
    revision: whole,
    not_applied: listOf(node),
    answer: exactly({ status: whole, body: anything }),
  })
}
