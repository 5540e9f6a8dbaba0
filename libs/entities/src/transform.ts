import type { EntityDefinition } from './definition.ts'
import { readDotted } from './dotted.ts'
import type { Entity } from './entity.ts'
import type { FieldErrors } from './field-errors.ts'
import { canonicalJson, type JsonObject } from './json.ts'

/** What a write says beyond the entity that it results in. */
export interface Transforming {
  /** A new secret. */
  readonly randomKey: () => string
  /** For an update: the entity as it was, and what the client sent. */
  readonly update?: { readonly current: Entity; readonly patch: JsonObject }
}

/**
 * Makes of a valid entity, its references resolved, what is stored: passwords hashed, digests computed. Only a field that
 * was written is transformed, so that an update of others leaves a hash alone; a hash that is written again is hashed again.
 */
export function transform(
  definition: EntityDefinition,
  entity: Entity,
  { randomKey, update }: Transforming,
): { readonly entity: Entity } | { readonly errors: FieldErrors } {
  const { transformation } = definition
  if (transformation === null) return { entity }
  const { input, needs, output, apply } = transformation
  const isGiven = (name: string) =>
    update === undefined || (readDotted(update.patch, topOf(name)) ?? null) !== null
  const changes = (name: string) =>
    update !== undefined && isGiven(name) && textAt(entity, name) !== textAt(update.current, name)
  // What is stored of a need may be a product itself, of which nothing can be made a second time.
  const lacks = isGiven(input) && needs.some((name) => name === output && !isGiven(name))
  if (lacks || (!isGiven(input) && needs.some(changes))) {
    const names = [input, ...needs].map((name) => `'${name}'`).join(', ')
    return { errors: { '@entity': [`all or none of these fields must be set: ${names}`] } }
  }
  if (!isGiven(input) || (entity[input] ?? null) === null) return { entity }
  return { entity: { ...entity, [output]: apply(entity, randomKey) } }
}

function topOf(name: string): string {
  return name.split('.', 1)[0] ?? name
}

function textAt(entity: Entity, name: string): string {
  return canonicalJson(readDotted(entity, name) ?? null)
}
