import type { FieldErrors, Problem } from '@biplane/entities'

/** Where something is in a document: `['services', 0, 'routes', 1]`. Positions count from 0. */
export type Place = readonly (string | number)[]

/** A fault of what is at a place. Those of an entity are an object by field. */
export interface Fault {
  readonly at: Place
  readonly problem: Problem
}

/** The faults of a document in the shape of the document, as Kong's error bodies have them under `fields`. */
export function errorTree(faults: readonly Fault[]): FieldErrors {
  const root: Branch = new Map()
  for (const { at, problem } of faults) {
    if (isFields(problem)) {
      for (const [field, inner] of Object.entries(problem)) put(root, [...at, field], inner)
    } else put(root, at, problem)
  }
  return named(root)
}

type Branch = Map<string | number, Branch | Problem>

function put(branch: Branch, [key, ...rest]: Place, problem: Problem): void {
  if (key === undefined) return
  const there = branch.get(key)
  if (rest.length > 0) {
    const inner = there instanceof Map ? there : new Map(there === undefined ? [] : [blamed(there)])
    branch.set(key, inner)
    put(inner, rest, problem)
  } else if (there instanceof Map) there.set(...blamed(problem))
  else if (Array.isArray(there) && Array.isArray(problem)) branch.set(key, [...there, ...problem])
  else if (there === undefined) branch.set(key, problem)
}

/** What is said of something as a whole, where something is to be said of its parts too. */
function blamed(problem: Problem): ['@entity', Problem] {
  return ['@entity', typeof problem === 'string' ? [problem] : problem]
}

function shape(branch: Branch): Problem {
  const positions = [...branch.keys()].filter((key) => typeof key === 'number')
  if (positions.length < branch.size) return named(branch)
  const last = Math.max(...positions)
  return Array.from({ length: last + 1 }, (_, position) => leaf(branch.get(position)) ?? null)
}

/** Positions among names count from 1, as in Lua. */
function named(branch: Branch): FieldErrors {
  const members = [...branch].map(([key, inner]): [string, Problem] => [
    typeof key === 'number' ? String(key + 1) : key,
    leaf(inner) ?? '',
  ])
  return Object.fromEntries(members) // keeps even a field named `__proto__` an own one
}

function leaf(inner: Branch | Problem | undefined): Problem | undefined {
  return inner instanceof Map ? shape(inner) : inner
}

function isFields(problem: Problem): problem is FieldErrors {
  return typeof problem === 'object' && !Array.isArray(problem)
}
