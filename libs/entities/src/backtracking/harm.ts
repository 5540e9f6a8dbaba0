import type { Constraint, Fields } from '../field.ts'
import type { FieldErrors, Problem } from '../field-errors.ts'
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json.ts'
import { isPlainlyLinear } from './bounded-regex.ts'
import { hasRepeatedGroup } from './catastrophe.ts'

/**
 * What of a valid record would harm the nodes that serve it, or nothing: what the `harm` of its fields says, in the form of
 * other errors. To judge a pattern takes milliseconds in which nobody else is served, so a record of more of them than anybody
 * writes is harmful by itself.
 *
 * @param current what it is to take the place of: fields that stay as they are do no new harm
 */
export function harmIn(fields: Fields, value: JsonObject, current?: JsonObject): FieldErrors | undefined {
  const changed = Object.fromEntries(Object.entries(fields).filter(([name]) => !isSame(name, value, current)))
  return harmOfFields(changed, value, { characters: MOST_CHARACTERS })
}

/** Of patterns that take time to judge, of one record together. */
const MOST_CHARACTERS = 20_000
/** What a short pattern counts for at least. */
const LEAST = 50

const TOO_MANY = `one of too many patterns: those that are not plain may have ${MOST_CHARACTERS} characters together`

/** What may still be judged. */
interface Patience {
  characters: number
}

function isSame(name: string, value: JsonObject, current: JsonObject | undefined): boolean {
  return current !== undefined && canonicalJson(value[name] ?? null) === canonicalJson(current[name] ?? null)
}

function harmOfFields(fields: Fields, value: JsonObject, patience: Patience): FieldErrors | undefined {
  const found = Object.entries(fields).flatMap(([name, field]): [string, Problem][] => {
    const harm = harmOf(field, Object.hasOwn(value, name) ? (value[name] ?? null) : null, patience)
    return harm === undefined ? [] : [[name, harm]]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

function harmOf(field: Constraint, value: Json, patience: Patience): Problem | undefined {
  if (value === null) return undefined
  if (field.harm === undefined) return harmInside(field, value, patience)
  const texts = [value].flat().filter((text) => typeof text === 'string' && takesTime(text))
  patience.characters -= texts.reduce((sum: number, text) => sum + Math.max(String(text).length, LEAST), 0)
  if (texts.length > 0 && patience.characters < 0) return Array.isArray(value) ? [TOO_MANY] : TOO_MANY
  // The value is valid, so it is of the type that the field's own function takes.
  return field.harm(value as never) ?? harmInside(field, value, patience)
}

/** Whether its own `harm` has more to do than to see at once that there is none: of paths and headers, of other patterns. */
function takesTime(text: string): boolean {
  if (text.startsWith('~')) return text.startsWith('~*') || !isPlainlyLinear(`^${text.slice(1)}`, '')
  return hasRepeatedGroup(text)
}

function harmInside(
  { elements, values, fields }: Constraint,
  value: Json,
  patience: Patience,
): Problem | undefined {
  if (elements !== undefined && Array.isArray(value)) {
    const harms = value.map((member: Json) => harmOf(elements, member, patience) ?? null)
    const last = harms.findLastIndex((harm) => harm !== null)
    return last === -1 ? undefined : harms.slice(0, last + 1)
  }
  if (!isJsonObject(value)) return undefined
  if (fields !== undefined) return harmOfFields(fields, value, patience)
  if (values === undefined) return undefined
  for (const member of Object.values(value)) {
    const harm = harmOf(values, member, patience)
    if (harm !== undefined) return harm
  }
  return undefined
}
