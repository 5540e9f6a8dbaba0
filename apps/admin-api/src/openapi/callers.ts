import type { JsonObject } from '@biplane/entities'
import { TOKEN_HEADER } from '../access/shown.ts'

/** How a caller may show who he is; which of them are asked for, the settings decide. */
export const securitySchemes: Readonly<Record<string, JsonObject>> = {
  token: { type: 'apiKey', in: 'header', name: TOKEN_HEADER },
  bearer: { type: 'http', scheme: 'bearer' },
  certificate: { type: 'mutualTLS' },
}
