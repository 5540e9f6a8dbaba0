import type { RequestContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { type RequestSizeLimitingConfig, requestSizeLimitingSchema } from './schema.ts'

const BYTES_PER: Readonly<Record<RequestSizeLimitingConfig['size_unit'], number>> = {
  megabytes: 1024 * 1024,
  kilobytes: 1024,
  bytes: 1,
}

export const requestSizeLimiting = definePlugin<RequestSizeLimitingConfig>({
  name: requestSizeLimitingSchema.name,
  priority: requestSizeLimitingSchema.priority,
  create({ allowed_payload_size: size, size_unit: unit, require_content_length: isRequired }) {
    const limit = (size ?? DEFAULT_SIZE) * BYTES_PER[unit]
    return {
      // Only what comes in chunks has to be read to know how much it is.
      needs: { requestBody: { limit, when: ({ request }) => lengthOf(request) === undefined } },
      access({ request }) {
        const length = lengthOf(request)
        if (length !== undefined) return length > limit ? tooLarge(request) : undefined
        if (isRequired && !request.hasBody) return LENGTH_REQUIRED
        return request.hasBody && request.body === null ? tooLarge(request) : undefined
      },
    }
  },
})

const DEFAULT_SIZE = 128

const LENGTH_REQUIRED = { status: 411, error: 'A valid Content-Length header is required' } satisfies Verdict

/** Undefined where the client states none. */
function lengthOf({ headers }: RequestContext): number | undefined {
  const stated = headers.get('content-length')
  return stated !== undefined && /^\d+$/.test(stated) ? Number(stated) : undefined
}

function tooLarge({ expectsContinue }: RequestContext): Verdict {
  return { status: expectsContinue ? 417 : 413, error: 'Request size limit exceeded' }
}
