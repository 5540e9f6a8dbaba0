import type { ResponseBody, StoredBody } from '../engine/engine.ts'
import { placeOf } from '../engine/field-names.ts'
import type { HeaderBlock } from './header-block.ts'

// How long a body is and how it travels is not for plugins to say: with a length of their own, the rest of the body would be
// read as the next message of its connection.

/**
 * The request as it goes upstream.
 *
 * @param body what is sent in the place of the client's
 * @param sent the headers as the client sent them
 */
export function frameRequest(headers: HeaderBlock, body: StoredBody | null, sent: readonly string[]): void {
  if (body === null) setLength(headers, statedLength(sent))
  else headers.set('Content-Length', String(body.byteLength))
  headers.remove('transfer-encoding')
}

/** The response as it goes to the client. A length that plugins took away stays away: it goes in chunks then. */
export function frameResponse(headers: HeaderBlock, status: number, body: ResponseBody): void {
  headers.remove('transfer-encoding')
  if (status === 204) {
    headers.remove('content-length')
    headers.remove('content-type')
  } else if (body.kind === 'bytes') headers.set('Content-Length', String(body.bytes.byteLength))
  else if (headers.has('content-length')) setLength(headers, statedLength(body.response.headers))
}

function setLength(headers: HeaderBlock, length: string | undefined): void {
  if (length === undefined) headers.remove('content-length')
  else if (headers.get('content-length') !== length) headers.set('Content-Length', length)
}

function statedLength(flat: readonly string[]): string | undefined {
  const at = placeOf(flat, 'content-length')
  return at === -1 ? undefined : flat[at + 1]
}
