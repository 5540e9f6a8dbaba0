import type { JsonObject } from '@biplane/entities'

/** Values that belong to one name become a list; a single one stays alone. */
export function gather(pairs: Iterable<readonly [name: string, value: string]>): JsonObject {
  const byName = new Map<string, string | string[]>()
  for (const [name, value] of pairs) {
    const known = byName.get(name)
    if (known === undefined) byName.set(name, value)
    else if (typeof known === 'string') byName.set(name, [known, value])
    else known.push(value)
  }
  return Object.fromEntries(byName)
}
