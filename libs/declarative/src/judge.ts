import {
  type Entity,
  type FieldErrors,
  type JsonObject,
  type Problem,
  validate,
  valueProblem,
  type WriteContext,
} from '@biplane/entities'
import type { Item } from './outline.ts'

/** What judging a document needs beside it. */
export type Context = Pick<WriteContext, 'subschemas' | 'now' | 'uuid' | 'randomKey'>

/**
 * Judges one entity as a write of it is judged, and two things that only a document may say, so that what was printed comes
 * back as it was: when it was last updated, and at which moment it ends (`expires_at`, seconds since the epoch).
 *
 * @param fields with references as `{ id }`
 */
export function judge(
  { definition }: Item,
  id: string,
  fields: JsonObject,
  context: Context,
): { readonly entity: Entity } | { readonly errors: FieldErrors } {
  const { expires_at: ends = null, ...others } = fields
  const input = definition.ttl ? others : fields
  const outcome = validate(definition, { ...input, id: fields.id ?? id }, context)
  const updated = updateTime(fields)
  const errors: FieldErrors = {
    ...('errors' in outcome && outcome.errors),
    ...('options' in outcome && outcome.options),
    ...problemOf('updated_at', updated === null ? undefined : definition.fields.updated_at, updated),
    ...(definition.ttl && ends !== null && !Number.isInteger(ends) && { expires_at: 'expected an integer' }),
  }
  if (!('entity' in outcome) || Object.keys(errors).length > 0) return { errors }
  const { entity } = outcome
  return {
    entity: {
      ...entity,
      ...(Object.hasOwn(definition.fields, 'updated_at') && updated !== null && { updated_at: updated }),
      ...(ends !== null && definition.ttl && { expires_at: ends }),
    },
  }
}

function updateTime(fields: JsonObject) {
  return (Object.hasOwn(fields, 'updated_at') ? fields.updated_at : null) ?? null
}

function problemOf(
  name: string,
  field: Parameters<typeof valueProblem>[0] | undefined,
  value: Parameters<typeof valueProblem>[1],
): { readonly [name: string]: Problem } {
  const problem = field && valueProblem(field, value)
  return problem === undefined ? {} : { [name]: problem }
}
