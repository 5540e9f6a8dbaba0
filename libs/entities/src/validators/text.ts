import { Buffer } from 'node:buffer'

/** Text that PostgreSQL and UTF-8 can hold: no NUL, and no half of a surrogate pair. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain a NUL character'
  if (text.isWellFormed()) return undefined
  const lone = text.search(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/)
  const position = Buffer.byteLength(text.slice(0, lone)) + 1
  return `invalid utf-8 character sequence detected at position ${position}`
}
