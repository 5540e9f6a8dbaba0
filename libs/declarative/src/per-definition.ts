import type { EntityDefinition } from '@biplane/entities'

/** `make`, asked once for each kind: a config has few kinds and many entities. */
export function perDefinition<T>(
  make: (definition: EntityDefinition) => T,
): (definition: EntityDefinition) => T {
  const made = new Map<EntityDefinition, T>()
  return (definition) => {
    const known = made.get(definition)
    if (known !== undefined) return known
    const fresh = make(definition)
    made.set(definition, fresh)
    return fresh
  }
}
