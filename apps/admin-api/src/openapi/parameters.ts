import type { JsonObject } from '@biplane/entities'
import { DEFAULT_SIZE, LARGEST_SIZE, MOST_TAGS } from '../paging.ts'
import { PREFLIGHT_PARAMETER } from '../preflight/parameter.ts'
import { LONGEST_WAIT, WAIT_PARAMETER } from '../wait-for-sync/register.ts'
import type { Parameter } from './contract.ts'

/** What lists take. */
export const paging: Readonly<Record<string, Parameter>> = {
  size: {
    description: 'How many at most.',
    schema: { type: 'integer', minimum: 1, maximum: LARGEST_SIZE, default: DEFAULT_SIZE },
  },
  offset: {
    description: 'Where the page begins: the `offset` of the page before.',
    schema: { type: 'string' },
  },
}

/** What lists of entities with tags take too. */
export const tagsParameter: Parameter = {
  description: `Only those with all of these tags (\`a,b\`), or with any (\`a/b\`); at most ${MOST_TAGS}.`,
  schema: { type: 'string', pattern: tagsPattern() },
}

function tagsPattern(): string {
  const more = (separator: string) => `(${separator}[^,/]+){0,${MOST_TAGS - 1}}`
  return `^([^,/]+${more(',')}|[^,/]+${more('/')})?$`
}

/** `*`, or tags in double quotes. */
const ETAGS = '^\\s*(\\*|((W/)?"[^"]*"(\\s*,\\s*(W/)?"[^"]*")*)?)\\s*$'

/** Parameters that many operations take: a document tells each of them once. */
export const sharedParameters = {
  wait: {
    name: WAIT_PARAMETER,
    in: 'query',
    description:
      'Seconds. The answer comes when every connected, compatible node has applied what was written, or is 202 and names those that have not.',
    schema: { type: 'number', exclusiveMinimum: 0, maximum: LONGEST_WAIT },
  },
  preflight: {
    name: PREFLIGHT_PARAMETER,
    in: 'query',
    description:
      'Nothing is written. The answer is 200 and tells what it would have been, and which connected nodes would not get it, or not as it is; what is refused is refused as ever.',
    schema: { type: 'boolean', default: false },
  },
  'if-match': {
    name: 'If-Match',
    in: 'header',
    description: 'Only if the entity has one of these tags, or any with `*`; else 412.',
    schema: { type: 'string', pattern: ETAGS },
  },
  'if-none-match': {
    name: 'If-None-Match',
    in: 'header',
    description:
      'Only if the entity has none of these tags; else 304 to GET, 412 to others. `*` creates only.',
    schema: { type: 'string', pattern: ETAGS },
  },
} satisfies Readonly<Record<string, JsonObject>>

export type SharedParameter = keyof typeof sharedParameters
