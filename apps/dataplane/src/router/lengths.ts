/**
 * Which lengths the keys of a map have, longest first, so that the keys which begin (or end) a text are found by one
 * lookup per length instead of one per key. Immutable; there are few lengths, whatever the number of keys.
 */
export type Lengths = readonly { readonly length: number; readonly count: number }[]

export function withLength(lengths: Lengths, length: number): Lengths {
  const at = lengths.findIndex((entry) => entry.length <= length)
  const found = at === -1 ? undefined : lengths[at]
  if (found === undefined) return [...lengths, { length, count: 1 }]
  if (found.length === length) return lengths.with(at, { length, count: found.count + 1 })
  return lengths.toSpliced(at, 0, { length, count: 1 })
}

export function withoutLength(lengths: Lengths, length: number): Lengths {
  return lengths.flatMap((entry) => {
    if (entry.length !== length) return [entry]
    return entry.count === 1 ? [] : [{ length, count: entry.count - 1 }]
  })
}
