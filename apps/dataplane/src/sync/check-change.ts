import {
  type Entity,
  type EntityDefinition,
  type EntityRegistry,
  type FieldErrors,
  type JsonObject,
  type Subschemas,
  validate,
  violationMessage,
} from '@biplane/entities'
import { type Change, decodeChange, type EncodedChange, type Violation } from '@biplane/protocol'

/** A change that this node understands, or what is wrong with it. */
export type Checked =
  | { readonly kind: 'valid'; readonly change: Change }
  | { readonly kind: 'invalid'; readonly error: Violation }

export type CheckChange = (encoded: EncodedChange) => Checked

/**
 * @param subschemas those of the plugins that this node has: a plugin that it lacks is invalid
 * @param unfit what is wrong with a change for a reason that its fields do not tell, or null; asked of what is invalid
 */
export function changeChecker(
  registry: EntityRegistry,
  subschemas: Subschemas,
  unfit: (change: Change) => Pick<Violation, 'field' | 'message'> | null = () => null,
): CheckChange {
  return (encoded) => {
    const { kind, id } = encoded
    const invalid = (field: string, message: string): Checked => ({
      kind: 'invalid',
      error: { kind, id, field, message },
    })
    const definition = registry.get(kind)
    if (definition === undefined) return invalid('', `unknown kind '${kind}'`)
    const change = decoded(encoded)
    if (change === null) return invalid('', 'not the JSON of an entity')
    if (change.op === 'delete') return { kind: 'valid', change }
    if (change.entity.id !== id) return invalid('id', `the entity says it is '${change.entity.id}'`)
    const errors = errorsOf(definition, change.entity, subschemas)
    if (errors === null) return { kind: 'valid', change }
    const { field, message } = unfit(change) ?? {
      field: Object.keys(errors)[0] ?? '',
      message: violationMessage(errors),
    }
    return invalid(field, message)
  }
}

function decoded(encoded: EncodedChange): Change | null {
  try {
    return decodeChange(encoded)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null
    throw error
  }
}

/**
 * Entities come complete and were judged when they were written; here they are judged once more, as this node's schemas
 * see them. A field that this node does not know is tolerated while it is null.
 */
function errorsOf(definition: EntityDefinition, entity: Entity, subschemas: Subschemas): FieldErrors | null {
  const { fields, idField, ttl } = definition
  const beside = [...(idField === 'id' ? [] : ['id']), ...(ttl ? ['expires_at'] : [])]
  const input: JsonObject = Object.fromEntries(
    Object.entries(entity).filter(
      ([name, value]) => Object.hasOwn(fields, name) || (value !== null && !beside.includes(name)),
    ),
  )
  const untold = { now: 1, uuid: () => '', randomKey: () => '' }
  const context = { ...untold, subschemas, current: entity, received: true as const }
  const outcome = validate(definition, input, context)
  if ('errors' in outcome) return outcome.errors
  return 'options' in outcome ? outcome.options : null
}
