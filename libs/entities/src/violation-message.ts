import type { FieldErrors, Problem } from './field-errors.ts'
import { luaText } from './lua-text.ts'

/**
 * Kong's sentence for what is wrong with an entity: `schema violation (port: expected an integer)`. Faults of the entity
 * come first, then the fields by name; one level below a field is flattened with a dot, list positions counting from 1.
 */
export function violationMessage(errors: FieldErrors): string {
  const { '@entity': entity = [], ...fields } = errors
  const found = [
    ...entityMessages(entity),
    ...Object.keys(fields)
      .sort()
      .flatMap((name) => lines(name, fields[name])),
  ]
  const text = found.join('; ')
  return found.length === 1 ? `schema violation (${text})` : `${found.length} schema violations (${text})`
}

function entityMessages(problem: Problem): string[] {
  return Array.isArray(problem) ? problem.map(text) : [text(problem)]
}

function lines(name: string, problem: Problem | undefined): string[] {
  if (problem === undefined) return []
  if (typeof problem === 'string') return [`${name}: ${problem}`]
  return parts(problem).map(([part, inner]) => `${name}.${part}: ${text(inner)}`)
}

function parts(problem: Exclude<Problem, string>): [string, Problem][] {
  if (isList(problem))
    return problem.flatMap((one, index) => (one === null ? [] : [[String(index + 1), one]]))
  return Object.entries(problem).sort(([a], [b]) => (a < b ? -1 : 1))
}

function isList(problem: Problem): problem is readonly (Problem | null)[] {
  return Array.isArray(problem)
}

/** Deeper than one level, Kong prints the Lua table over several lines. */
function text(problem: Problem | null): string {
  return typeof problem === 'string' ? problem : luaText(problem, '  ')
}
