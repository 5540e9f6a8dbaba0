import type { JsonObject } from '@biplane/entities'
import { REVISION_HEADER } from '../revision-header.ts'
import { WITHHELD_HEADER } from '../wait-for-sync/register.ts'
import { text } from './contract.ts'

/** What headers of answers tell. */
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
