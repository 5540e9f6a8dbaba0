import { invalidOffset } from '@biplane/entities'
import type { Paging } from '../paging.ts'

/** A piece of a list, and where the next one starts; absent on the last one. */
interface Piece<T> {
  readonly rows: readonly T[]
  readonly offset?: string
}

/**
 * A page of a list in memory. Where it starts is a number, written as Kong does without a database: unpadded base64.
 *
 * @throws DomainError (invalid offset)
 */
export function pageOf<T>(all: readonly T[], { size, offset }: Paging): Piece<T> {
  const from = offset === undefined ? 0 : readOffset(offset)
  const rows = all.slice(from, from + size)
  return from + size < all.length ? { rows, offset: toOffset(from + size) } : { rows }
}

function toOffset(at: number): string {
  return Buffer.from(String(at)).toString('base64').replaceAll('=', '')
}

function readOffset(offset: string): number {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(offset) || offset.replaceAll('=', '').length % 4 === 1)
    throw invalidOffset(offset, 'bad base64 encoding')
  const text = Buffer.from(offset, 'base64').toString()
  if (!/^\d{1,15}$/.test(text)) throw invalidOffset(offset, 'bad json encoding')
  return Number(text)
}
