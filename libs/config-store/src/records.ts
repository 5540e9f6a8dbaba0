import type { Kind } from '@biplane/entities'
import type { Cipher } from './cipher.ts'

/**
 * How a config lies in its one LMDB tree. Keys are UTF-8 text, parts are divided by NUL, the first part tells the sort:
 * `e kind id` → canonical bytes; `u kind field value` → id; `l kind field value id` → id; `s name` → JSON.
 * Values in keys, and all that keys lead to, lie there as the cipher of the generation has them.
 */
export const POSITION_KEY = 's\0position'
export const LOOKUPS_KEY = 's\0lookups'

export interface KeyRange {
  readonly start: string
  readonly end: string
}

/** Keys up to this many characters fit LMDB's 1978 bytes in any script. */
const LONGEST_KEY = 640
const LONGEST_VALUE_PART = 200

export function entityKey(kind: Kind, id: string): string {
  return `e\0${kind}\0${id}`
}

export function fromEntityKey(key: string): { kind: Kind; id: string } {
  const end = key.indexOf('\0', 2)
  return { kind: key.slice(2, end), id: key.slice(end + 1) }
}

/** Whether kind and id can be parts of a key. */
export function isKeyable(kind: Kind, id: string): boolean {
  if (kind === '' || id === '' || kind.includes('\0') || id.includes('\0')) return false
  return kind.length + id.length <= LONGEST_KEY - LONGEST_VALUE_PART
}

export function entityRange(kind?: Kind): KeyRange {
  return kind === undefined ? { start: 'e\0', end: 'e\u0001' } : below(`e\0${kind}`)
}

export function uniqueKey(cipher: Cipher, kind: Kind, field: string, value: string): string {
  return `u\0${kind}\0${field}\0${cipher.valuePart(kind, field, value)}`
}

export function listKey(cipher: Cipher, kind: Kind, field: string, value: string, id: string): string {
  return `l\0${kind}\0${field}\0${cipher.valuePart(kind, field, value)}\0${id}`
}

export function listRange(cipher: Cipher, kind: Kind, field: string, value: string): KeyRange {
  return below(`l\0${kind}\0${field}\0${cipher.valuePart(kind, field, value)}`)
}

/** All keys of lookups: `l…` and `u…`, which enclose the `s…` of the state. */
export const lookupRanges: readonly KeyRange[] = [below('l'), below('u')]

function below(prefix: string): KeyRange {
  return { start: `${prefix}\0`, end: `${prefix}\u0001` }
}
