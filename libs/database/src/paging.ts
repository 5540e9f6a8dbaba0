import { invalidOffset } from '@biplane/entities'

/** Where a page starts, as Kong writes it: unpadded base64 of a JSON array that begins with the id of its first row. */
export function toOffset(id: string, ...more: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([id, ...more]))
    .toString('base64')
    .replaceAll('=', '')
}

/** @throws DomainError (invalid offset) */
export function fromOffset(offset: string): string {
  const [id] = offsetParts(offset)
  if (typeof id !== 'string') throw badJson(offset)
  return id
}

/** All that an offset consists of. @throws DomainError (invalid offset) for a text that is none */
export function offsetParts(offset: string): readonly unknown[] {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(offset) || offset.replaceAll('=', '').length % 4 === 1)
    throw invalidOffset(offset, 'bad base64 encoding')
  const parts = parsed(Buffer.from(offset, 'base64').toString())
  if (!Array.isArray(parts)) throw badJson(offset)
  return parts
}

export function badJson(offset: string) {
  return invalidOffset(offset, 'bad json encoding')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
