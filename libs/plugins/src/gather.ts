import type { JsonObject } from '@biplane/entities'

/** Values that belong to one name become a list; a single one stays alone. */
export function gather(pairs: Iterable<readonly [name: string, value: string]>): JsonObject {
  const byName = Map.groupBy(pairs, ([name]) => name)
  return Object.fromEntries(
    [...byName].map(([name, group]) => {
      const values = group.map(([, value]) => value)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}
