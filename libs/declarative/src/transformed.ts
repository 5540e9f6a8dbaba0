import { type Entity, type EntityDefinition, transform } from '@biplane/entities'

// A kind may make one value of another: a digest beside it, which is always as it must be, or a hash in its place, which a
// document may hold already (`_transform: false`).

/** With the digest that the kind keeps of a field. */
export function digested(definition: EntityDefinition, entity: Entity): Entity {
  return isDigest(definition) ? hashed(definition, entity, () => '') : entity
}

/** With the hash in place of what a user wrote. What the references name must be known, since it may be the salt. */
export function hashed(definition: EntityDefinition, entity: Entity, randomKey: () => string): Entity {
  const outcome = transform(definition, entity, { randomKey })
  if ('errors' in outcome) throw new TypeError(`a whole ${definition.kind} entity lacks what it is made of`)
  return outcome.entity
}

/** Whether what is made stands beside all that it is made of. */
function isDigest({ transformation }: EntityDefinition): boolean {
  if (transformation === null) return false
  const { input, needs, output } = transformation
  return output !== input && !needs.includes(output)
}
