import type { Shorthand } from './definition.ts'
import type { Fields } from './field.ts'
import type { FieldErrors, Problem } from './field-errors.ts'
import type { JsonObject } from './json.ts'
import { valueProblem } from './value-problem.ts'

/** What a client sent, with each shorthand replaced by the fields that it stands for. */
export function expandShorthands(
  { shorthands }: { readonly shorthands: Readonly<Record<string, Shorthand>> },
  input: JsonObject,
): { readonly input: JsonObject } | { readonly errors: FieldErrors } {
  let expanded = input
  const faults: [string, Problem][] = []
  for (const [name, { field, expand }] of Object.entries(shorthands)) {
    if (!Object.hasOwn(expanded, name)) continue
    const { [name]: value = null, ...others } = expanded
    const problem = valueProblem(field, value)
    if (problem !== undefined) faults.push([name, problem])
    else expanded = { ...others, ...expand(value as never) } // of the type that `expand` takes: `field` accepts it
  }
  return faults.length === 0 ? { input: expanded } : { errors: Object.fromEntries(faults) }
}

/** The fields that shorthands may be written as. */
export function fieldsOf(shorthands: Readonly<Record<string, Shorthand>>): Fields {
  return Object.fromEntries(Object.entries(shorthands).map(([name, { field }]) => [name, field]))
}
