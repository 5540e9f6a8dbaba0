import type { JsonObject } from '../json.ts'

/** scheme, authority, path; parameters, a query or a fragment are dropped. */
const URL_PARTS = /^(?:([A-Za-z\d][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#;]*)/

const SCHEMES: Readonly<Record<string, string>> = { 80: 'http', 443: 'https' }

/**
 * The fields that `url` of a service stands for. All four are set, so that none of an older url stays behind; scheme and
 * port each follow from the other where the url has but one of them.
 */
export function expandServiceUrl(url: string | null): JsonObject {
  if (url === null) return {}
  const [, scheme, authority = '', path = ''] = URL_PARTS.exec(url) ?? []
  const [, place = '', port] = /^(?:[^@]*@)?(.*?)(?::([^:\]]*))?$/s.exec(authority) ?? []
  const host = /^\[(.+)\]$/s.exec(place)?.[1] ?? place
  const protocol = scheme ?? SCHEMES[port ?? ''] ?? 'http'
  const known = protocol === 'https' ? 443 : 80
  return {
    protocol,
    host: host === '' ? null : host,
    port: port === undefined ? known : /^\d+$/.test(port) ? Number(port) : port,
    path: path === '' ? null : path,
  }
}
