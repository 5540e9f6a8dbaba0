import type { JsonObject } from '@biplane/entities'
import { TOKEN_HEADER } from '../access/shown.ts'
import type { Method } from '../manners.ts'
import type { Answer } from './contract.ts'
import { refTo } from './refusals.ts'

/** What is answered where the settings ask who calls. */
export function callerAnswers(method: Method): Readonly<Record<number, Answer>> {
  return {
    401: {
      description: 'A token is needed, or the one that was sent is not known.',
      schema: refTo('message'),
      headers: ['WWW-Authenticate'],
    },
    403: {
      description:
        method === 'GET'
          ? 'A client certificate is needed, or the one that was shown has no role.'
          : 'The role of the caller does not suffice, or a client certificate with a role is needed.',
      schema: refTo('message'),
      headers: ['WWW-Authenticate'],
    },
    429: {
      description: 'Too many requests without a right token came from this address.',
      schema: refTo('message'),
      headers: ['Retry-After'],
    },
  }
}

/** How a caller may show who he is; which of them are asked for, the settings decide. */
export const securitySchemes: Readonly<Record<string, JsonObject>> = {
  token: { type: 'apiKey', in: 'header', name: TOKEN_HEADER },
  bearer: { type: 'http', scheme: 'bearer' },
  certificate: { type: 'mutualTLS' },
}
