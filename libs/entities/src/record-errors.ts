import type { Check, Finding, Moment } from './checks.ts'
import type { Fields } from './field.ts'
import type { FieldErrors, Problem } from './field-errors.ts'
import type { JsonObject } from './json.ts'
import { valueProblem } from './value-problem.ts'

/** What is wrong with a filled record or entity, or nothing: its members first, then the checks between sound ones. */
export function recordErrors(
  fields: Fields,
  checks: readonly Check[],
  value: JsonObject,
  moment: Moment = CREATION,
): FieldErrors | undefined {
  const errors = memberErrors(fields, value)
  const messages: string[] = []
  let all = errors
  for (const check of checks) {
    if (check.sources.some((source) => isAtFault(errors, source))) continue
    const finding = check.run(value, moment)
    if (finding?.message !== undefined) messages.push(finding.message)
    all = withFields(all, finding)
  }
  if (messages.length > 0) return { '@entity': messages, ...all }
  return Object.keys(all).length > 0 ? all : undefined
}

/** For the checks of records, none of which asks when it is. */
const CREATION: Moment = { updating: false, now: 0 }

function memberErrors(fields: Fields, value: JsonObject): FieldErrors {
  const found: [string, Problem][] = []
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) found.push([name, 'unknown field'])
  }
  for (const [name, field] of Object.entries(fields)) {
    const problem = valueProblem(field, Object.hasOwn(value, name) ? (value[name] ?? null) : null)
    if (problem !== undefined) found.push([name, problem])
  }
  return Object.fromEntries(found) // keeps even a field named `__proto__` an own one
}

function isAtFault(errors: FieldErrors, source: string): boolean {
  const [first = source] = source.split('.')
  const problem = Object.hasOwn(errors, first) ? errors[first] : undefined
  if (problem === undefined || first === source) return problem !== undefined
  return isTree(problem) ? isAtFault(problem, source.slice(first.length + 1)) : true
}

function withFields(errors: FieldErrors, finding: Finding | undefined): FieldErrors {
  return finding?.fields === undefined ? errors : merge(errors, finding.fields)
}

function merge(left: FieldErrors, right: FieldErrors): FieldErrors {
  const merged = Object.entries(right).map(([name, problem]): [string, Problem] => {
    const old = Object.hasOwn(left, name) ? left[name] : undefined
    return [name, isTree(old) && isTree(problem) ? merge(old, problem) : problem]
  })
  return { ...left, ...Object.fromEntries(merged) }
}

function isTree(problem: Problem | undefined): problem is FieldErrors {
  return typeof problem === 'object' && !Array.isArray(problem)
}
