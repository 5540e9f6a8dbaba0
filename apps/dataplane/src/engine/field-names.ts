/** Where the first field of a name is among names and values in turn, at or behind a place; -1 where there is none. */
export function placeOf(fields: readonly string[], name: string, from = 0): number {
  for (let i = from; i < fields.length; i += 2) if (isSameName(fields[i] ?? '', name)) return i
  return -1
}

/** Names of header fields are ASCII, and compared without case. It is asked for every field, many times in a request. */
export function isSameName(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) {
    const one = a.charCodeAt(i)
    const other = b.charCodeAt(i)
    if (one !== other && lower(one) !== lower(other)) return false
  }
  return true
}

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code
}
