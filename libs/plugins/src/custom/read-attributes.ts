import { type Attributes, constraint, type FieldType } from '@biplane/entities'
import { attributeRules } from './attribute-rules.ts'

/** Takes down what is wrong with a schema: the place, such as `config.hosts`, and a sentence. */
export type Complain = (at: string, message: string) => void

export type Given = Readonly<Record<string, unknown>>

export function isGiven(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The attributes of a field, checked.
 *
 * @param type null for a condition of a check, which speaks of a field whose type is stated elsewhere
 */
export function readAttributes(
  given: Given,
  type: FieldType | null,
  at: string,
  complain: Complain,
): Attributes {
  const rules = new Map(Object.entries(attributeRules))
  const sound = Object.entries(given).filter(([name, value]) => {
    const rule = rules.get(name)
    if (rule === undefined) complain(at, `unknown attribute '${name}'`)
    else if (type !== null && rule.on?.includes(type) === false)
      complain(at, `'${name}' is for fields of type ${rule.on.join(', ')}, not ${type}`)
    else if (!rule.is(value)) complain(at, `'${name}' must be ${rule.expects}`)
    else return true
    return false
  })
  const attributes: Attributes = Object.fromEntries(sound) // each was judged by the rule of its name
  try {
    constraint(attributes)
    return attributes
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    complain(at, `a pattern that cannot be used: ${error.message}`)
    return {}
  }
}
