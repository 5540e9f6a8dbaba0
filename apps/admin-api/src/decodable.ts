import { Buffer, isUtf8 } from 'node:buffer'

/**
 * The URL as the router can decode it, and to what Kong decodes it: a `%` in its path that begins no escape stands for
 * itself. Escapes that are no UTF-8 become that of NUL: a text that nothing may hold, so it is refused where it is used, in
 * the words that the field has for it, as Kong refuses the bytes themselves.
 */
export function decodable(url: string): string {
  const end = url.search(/[?#]/)
  const path = end < 0 ? url : url.slice(0, end)
  return path.replace(STRAY, '%25').replace(ESCAPES, escapedText) + url.slice(path.length)
}

const STRAY = /%(?![0-9a-f]{2})/gi
const ESCAPES = /(?:%[0-9a-f]{2})+/gi

function escapedText(escapes: string): string {
  return isUtf8(Buffer.from(escapes.replaceAll('%', ''), 'hex')) ? escapes : '%00'
}
