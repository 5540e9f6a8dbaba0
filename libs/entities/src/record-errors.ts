import type { Check, Finding, Moment } from './checks.ts'
import { readDotted } from './dotted.ts'
import type { Fields } from './field.ts'
import type { FieldErrors, Problem } from './field-errors.ts'
import type { JsonObject } from './json.ts'
import { valueProblem } from './value-problem.ts'
import { isVaultReference } from './vault-reference.ts'

/** What is wrong with a filled record or entity, or nothing: its members first, then what is between them. */
export function recordErrors(
  fields: Fields,
  checks: readonly Check[],
  value: JsonObject,
  moment: Moment = CREATION,
): FieldErrors | undefined {
  const errors = memberErrors(fields, value)
  const faultOf = (source: string) => faultAt(errors, source).own
  const messages: string[] = []
  let all = errors
  for (const check of checks) {
    if (isStopped(check, all) || check.sources.some((source) => isSecret(fields, value, source))) continue
    const finding = check.run(value, moment, faultOf)
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

function isStopped({ sources, heeds = 'all' }: Check, errors: FieldErrors): boolean {
  if (heeds === 'none') return false
  return sources.some((source) => {
    if (heeds === 'undotted') return Object.hasOwn(errors, source)
    const { own, enclosing } = faultAt(errors, source)
    return enclosing || (heeds === 'all' && own !== undefined)
  })
}

/** What is wrong with the field of a dotted name, and whether what encloses it is at fault as a whole. */
function faultAt(
  errors: FieldErrors,
  source: string,
): { readonly own: Problem | undefined; readonly enclosing: boolean } {
  const [first = source] = source.split('.')
  const problem = Object.hasOwn(errors, first) ? errors[first] : undefined
  if (problem === undefined || first === source) return { own: problem, enclosing: false }
  if (!isTree(problem)) return { own: undefined, enclosing: true }
  return faultAt(problem, source.slice(first.length + 1))
}

/** Nodes alone know what a reference to a vault stands for, so nothing can be said of it here. */
function isSecret(fields: Fields, value: JsonObject, source: string): boolean {
  if (!isVaultReference(readDotted(value, source))) return false
  const [last = source, ...path] = source.split('.').reverse()
  const inner = path.reverse().reduce((all: Fields, name) => all[name]?.fields ?? {}, fields)
  return inner[last]?.referenceable === true
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
