import type { JsonObject } from '../json.ts'

/** scheme, authority, path; a query or fragment is dropped (RFC 3986 appendix B). */
const URL_PARTS = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/

/**
 * The fields that `url` of a service stands for. All four are set, so that none of an older url stays behind; the port is
 * that of the scheme where the url has none.
 */
export function expandServiceUrl(url: string | null): JsonObject {
  if (url === null) return {}
  const [, scheme, authority = '', path = ''] = URL_PARTS.exec(url) ?? []
  const [, bracketed, plain, port] = /^(?:[^@]*@)?(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(authority) ?? []
  const host = bracketed ?? plain ?? ''
  return {
    protocol: scheme?.toLowerCase() ?? 'http',
    host: host === '' ? null : host,
    port: port === undefined ? (scheme?.toLowerCase() === 'https' ? 443 : 80) : Number(port),
    path: path === '' ? null : path,
  }
}
