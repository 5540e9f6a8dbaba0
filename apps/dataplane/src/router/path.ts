/**
 * Paths are held as strings of bytes (one character a byte, 0 to 255): requests may carry any byte, routes are UTF-8
 * text, and the two must compare equal whether or not the client percent-encoded.
 */
export function toByteString(text: string): string {
  return /[^\0-\x7f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

/** The path and the query of a request target; the query keeps its `?`. Kong looks for it from the second character on. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?', 1)
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark) }
}

/** The form of a path that routes are matched against: unreserved bytes decoded, dot segments and double slashes gone. */
export function normalisePath(path: string): string {
  return straighten(path.includes('%') ? path.replace(ESCAPED, decodeUnlessReserved) : path)
}

/** The same, with reserved bytes decoded too: what a path says, though it can no longer be taken apart. */
export function decodePath(path: string): string {
  return straighten(unescapeBytes(path))
}

/** Every `%XX` as the byte that it stands for. */
export function unescapeBytes(text: string): string {
  return text.replace(ESCAPED, (_triplet, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

const ESCAPED = /%([0-9a-fA-F]{2})/g

function straighten(path: string): string {
  if (!path.includes('.') && !path.includes('//')) return path
  return removeDotSegments(path).replace(/\/{2,}/g, '/')
}

/** A built path as it goes on the wire: bytes that a request target cannot hold become `%XX`. */
export function escapePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-_.~%!#$&'()*+,/:;=?@[\]]/g, (byte) => `%${hex(byte.charCodeAt(0))}`)
}

const RESERVED = new Set("!*'();:@&=+$,/?%#[]")

function decodeUnlessReserved(_triplet: string, digits: string): string {
  const byte = String.fromCharCode(Number.parseInt(digits, 16))
  return RESERVED.has(byte) ? `%${digits.toUpperCase()}` : byte
}

/** RFC 3986 section 5.2.4, for absolute paths: climbing stops at the root. */
function removeDotSegments(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [i, segment] of segments.entries()) {
    const isLast = i === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (isLast && (segment === '.' || segment === '..')) kept.push('')
  }
  return `/${kept.join('/')}`
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}
