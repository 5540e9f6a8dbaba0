import {
  atLeastOneOf,
  type Check,
  conditional,
  distinct,
  type Fields,
  mutuallyExclusive,
  mutuallyRequired,
  onlyOneOf,
} from '@biplane/entities'
import { type Complain, type Given, isGiven, readAttributes } from './read-attributes.ts'

/**
 * The rules between the fields of a record, as Kong's schemas write them: `[{ "mutually_required": ["a", "b"] }]`. What is
 * wrong with them is complained of.
 *
 * @param fields those that the rules may name
 */
export function readChecks(given: unknown, fields: Fields, at: string, complain: Complain): readonly Check[] {
  if (given === undefined) return []
  const place = at === '' ? 'entity_checks' : `${at}.entity_checks`
  if (!Array.isArray(given)) {
    complain(place, 'must be a list')
    return []
  }
  return given.flatMap((one: unknown) => {
    const [[name, rule] = ['', undefined], ...others] = isGiven(one) ? Object.entries(one) : []
    const reader = others.length === 0 && Object.hasOwn(READERS, name) ? READERS[name] : undefined
    if (reader === undefined) {
      complain(place, `each is an object of one member, which is one of ${Object.keys(READERS).join(', ')}`)
      return []
    }
    const check = reader(rule, `${place}.${name}`, complain)
    for (const source of check?.sources ?? [])
      if (!isThere(fields, source)) complain(`${place}.${name}`, `there is no field '${source}'`)
    return check ?? []
  })
}

type Reader = (rule: unknown, at: string, complain: Complain) => Check | undefined

const READERS: Readonly<Record<string, Reader>> = {
  at_least_one_of: ofNames(atLeastOneOf),
  only_one_of: ofNames(onlyOneOf),
  mutually_exclusive: ofNames(mutuallyExclusive),
  mutually_required: ofNames(mutuallyRequired),
  distinct: ofNames(distinct),
  conditional: readConditional,
}

function ofNames(make: (...sources: readonly string[]) => Check): Reader {
  return (rule, at, complain) => {
    const names: readonly unknown[] = Array.isArray(rule) ? rule : []
    const sources = names.filter((name) => typeof name === 'string')
    if (sources.length > 0 && sources.length === names.length) return make(...sources)
    complain(at, 'must be a list of names of fields')
    return undefined
  }
}

function readConditional(rule: unknown, at: string, complain: Complain): Check | undefined {
  const { if_field, if_match, then_field, then_match, then_err, ...others }: Given = isGiven(rule) ? rule : {}
  for (const name of Object.keys(others)) complain(at, `unknown attribute '${name}'`)
  if (
    typeof if_field === 'string' &&
    typeof then_field === 'string' &&
    isGiven(if_match) &&
    isGiven(then_match)
  ) {
    return conditional({
      if_field,
      if_match: readAttributes(if_match, null, `${at}.if_match`, complain),
      then_field,
      then_match: readAttributes(then_match, null, `${at}.then_match`, complain),
      ...(typeof then_err === 'string' && { then_err }),
    })
  }
  complain(at, 'must have if_field, if_match, then_field and then_match')
  return undefined
}

function isThere(fields: Fields, source: string): boolean {
  const [first = source, ...rest] = source.split('.')
  const field = Object.hasOwn(fields, first) ? fields[first] : undefined
  return field !== undefined && (rest.length === 0 || isThere(field.fields ?? {}, rest.join('.')))
}
