import { DEFAULT_SIZE, LARGEST_SIZE, MOST_TAGS } from '../paging.ts'
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
