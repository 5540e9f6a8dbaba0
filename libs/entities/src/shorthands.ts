import type { EntityDefinition } from './definition.ts'
import type { FieldErrors } from './field-errors.ts'
import type { JsonObject } from './json.ts'
import { valueProblem } from './value-problem.ts'

/** What a client sent, with each shorthand replaced by the fields that it stands for. */
export function expandShorthands(
  { shorthands }: EntityDefinition,
  input: JsonObject,
): { readonly input: JsonObject } | { readonly errors: FieldErrors } {
  let expanded = input
  for (const [name, { field, expand }] of Object.entries(shorthands)) {
    if (!Object.hasOwn(expanded, name)) continue
    const { [name]: value = null, ...others } = expanded
    const problem = valueProblem(field, value)
    if (problem !== undefined) return { errors: { [name]: problem } }
    expanded = { ...others, ...expand(typeof value === 'string' ? value : null) }
  }
  return { input: expanded }
}
