import type { Constraint } from '../field.ts'
import type { Json, JsonObject } from '../json.ts'
import { luaPatternSource } from '../lua-pattern.ts'

/**
 * What a field's attributes say of a value, as keywords of JSON Schema. A pattern is the regular expression of a Lua pattern.
 * Lengths count bytes here and characters there, so those of a text are as close as no right text is refused by.
 */
export function attributeKeywords(field: Constraint): JsonObject {
  let merged: JsonObject = {}
  for (const found of PROJECTIONS.flatMap((project) => project(field) ?? [])) {
    const collides = Object.keys(found).some((name) => Object.hasOwn(merged, name))
    const all = Array.isArray(merged.allOf) ? merged.allOf : []
    merged = collides ? { ...merged, allOf: [...all, found] } : { ...merged, ...found }
  }
  return merged
}

type Projection = (field: Constraint) => JsonObject | readonly JsonObject[] | undefined

const matches = (source: string): JsonObject => ({ pattern: source })
/** Of texts alone: a pattern says nothing of null, and so its contrary would refuse that. */
const differs = (source: string): JsonObject => ({ not: { type: 'string', pattern: source } })

const PROJECTIONS: readonly Projection[] = [
  ({ eq }) => (eq === undefined ? undefined : { const: eq }),
  ({ ne }) => (ne === undefined ? undefined : { not: { const: ne } }),
  ({ one_of: values }) => values && { enum: values },
  ({ not_one_of: values }) => values && { not: { enum: values } },
  ({ gt }) => (gt === undefined ? undefined : { exclusiveMinimum: gt }),
  ({ timestamp }) => timestamp && { exclusiveMinimum: 0 },
  ({ uuid }) => uuid && { format: 'uuid', pattern: UUID },
  ({ between }) => between && { minimum: between[0], maximum: between[1] },
  lengths,
  ({ starts_with: start }) => (start === undefined ? undefined : matches(`^${escaped(start)}`)),
  ({ not_match: pattern }) => (pattern === undefined ? undefined : differs(luaPatternSource(pattern))),
  ({ match_none: patterns }) => patterns?.map(({ pattern }) => differs(luaPatternSource(pattern))),
  ({ match: pattern }) => (pattern === undefined ? undefined : matches(luaPatternSource(pattern))),
  ({ match_all: patterns }) => patterns?.map(({ pattern }) => matches(luaPatternSource(pattern))),
  ({ match_any: any }) => any && { anyOf: any.patterns.map((pattern) => matches(luaPatternSource(pattern))) },
  ({ contains: member }) => (member === undefined ? undefined : { contains: { const: member } }),
  exclusiveSubsets,
]

/** Of any version. */
const UUID = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'

/** Bytes that one character takes at most. */
const WIDEST = 4

function lengths({ type, uuid, one_of, eq, len_eq, len_min, len_max }: Constraint): JsonObject {
  const isText = type === 'string'
  // What the text may be says how long it is.
  if (isText && (uuid || one_of !== undefined || eq !== undefined)) return {}
  const least = len_eq ?? len_min ?? (isText ? 1 : 0)
  const most = len_eq ?? len_max
  const of = isText ? 'Length' : type === 'map' || type === 'record' ? 'Properties' : 'Items'
  return {
    ...(least > 0 && { [`min${of}`]: isText ? Math.ceil(least / WIDEST) : least }),
    ...(most !== undefined && { [`max${of}`]: most }),
  }
}

/** A list has members of one of the subsets at most; what is in none of them may stand beside any. */
function exclusiveSubsets({ mutually_exclusive_subsets: subsets, elements }: Constraint) {
  const known: readonly Json[] | undefined = elements?.one_of
  if (subsets === undefined || known === undefined) return undefined
  const free = known.filter((value) => !subsets.some((subset) => subset.some((one) => one === value)))
  return { anyOf: subsets.map((subset) => ({ items: { enum: [...subset, ...free] } })) }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
