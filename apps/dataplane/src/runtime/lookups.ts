import type { Lookups } from '@biplane/config-store'
import { type EntityDefinition, type Kind, references } from '@biplane/entities'
import { compiledKinds } from './compile.ts'

/**
 * What the store keeps lookup keys of, for the kinds that stay in it: their unique fields, and the consumer of those that tell
 * something of one, such as its groups.
 */
export function storeLookups(definitions: readonly EntityDefinition[]): Lookups {
  return Object.fromEntries(
    definitions
      .filter(({ kind }) => !compiledKinds.includes(kind))
      .map((definition) => [definition.kind, lookupsOf(definition)] as const)
      .filter(([, { unique, lists }]) => unique.length + lists.length > 0),
  )
}

function lookupsOf(definition: EntityDefinition) {
  const tellsOfConsumer = definition.uniqueTogether?.some(([field]) => field === 'consumer') ?? false
  return { unique: uniqueFields(definition), lists: tellsOfConsumer ? ['consumer.id'] : [] }
}

/** The field by which plugins find the credentials of a kind: the unique one of a kind that belongs to a consumer. */
export function credentialKeys(definitions: readonly EntityDefinition[]): ReadonlyMap<Kind, string> {
  return new Map(
    definitions.flatMap((definition) => {
      const ofConsumer = references(definition).some(({ to, required }) => to === 'consumers' && required)
      const [key] = uniqueFields(definition)
      return ofConsumer && key !== undefined ? [[definition.kind, key] as const] : []
    }),
  )
}

function uniqueFields({ fields }: EntityDefinition): string[] {
  return Object.entries(fields).flatMap(([name, { unique }]) => (unique ? [name] : []))
}
