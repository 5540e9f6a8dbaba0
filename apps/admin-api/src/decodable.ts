import { Buffer, isUtf8 } from 'node:buffer'

/**
 * The URL with the escapes of its path that are no UTF-8 made into those of NUL: a text that nothing may hold, so it is
 * refused where it is used, in the words that the field has for it, as Kong refuses the bytes themselves.
 */
export function decodable(url: string): string {
  const end = url.search(/[?#]/)
  const path = end < 0 ? url : url.slice(0, end)
  return path.replace(/(?:%[0-9a-f]{2})+/gi, escapedText) + url.slice(path.length)
}

function escapedText(escapes: string): string {
  return isUtf8(Buffer.from(escapes.replaceAll('%', ''), 'hex')) ? escapes : '%00'
}
