import { invalidOffset } from '@biplane/entities'

/** Where a page starts, as Kong writes it: unpadded base64 of a JSON array with the id of its first row. */
export function toOffset(id: string): string {
  return Buffer.from(JSON.stringify([id]))
    .toString('base64')
    .replaceAll('=', '')
}

/** @throws DomainError (invalid offset) */
export function fromOffset(offset: string): string {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(offset) || offset.replaceAll('=', '').length % 4 === 1)
    throw invalidOffset(offset, 'bad base64 encoding')
  const id = firstOf(Buffer.from(offset, 'base64').toString())
  if (id === undefined) throw invalidOffset(offset, 'bad json encoding')
  return id
}

function firstOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const first: unknown = Array.isArray(value) ? value[0] : undefined
    return typeof first === 'string' ? first : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
