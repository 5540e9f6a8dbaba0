import { element, folded } from './elements.js'

/** A schema as an outline; what it refers to is looked up when it is opened. */
export function outline(schema, resolve) {
  const { $ref: reference } = schema
  if (reference !== undefined)
    return [folded([nameOf(reference)], () => outline(resolve(reference), resolve))]
  return [
    element('div', { class: 'quiet' }, rulesOf(schema)),
    ...choices(schema).map((choice, index) =>
      folded([choice.$ref === undefined ? `choice ${index + 1}` : nameOf(choice.$ref)], () =>
        outline(choice, resolve),
      ),
    ),
    ...members(schema).map(([name, member, isRequired]) => line(name, member, isRequired, resolve)),
  ]
}

function line(name, schema, isRequired, resolve) {
  const label = [
    element('code', {}, name),
    isRequired ? ' ' : '? ',
    element('span', { class: 'quiet' }, typeOf(schema)),
  ]
  const isPlain = schema.$ref === undefined && members(schema).length === 0 && choices(schema).length === 0
  if (!isPlain) return folded(label, () => outline(schema, resolve))
  return element('div', {}, ...label, ' ', element('span', { class: 'quiet' }, rulesOf(schema, false)))
}

function choices({ oneOf = [], anyOf = [] }) {
  // What only says which members must be there is no choice of shapes.
  return [...oneOf, ...anyOf].filter((choice) => Object.keys(choice).some((key) => key !== 'required'))
}

function members({ properties = {}, required = [], items, additionalProperties }) {
  return [
    ...Object.entries(properties).map(([name, member]) => [name, member, required.includes(name)]),
    ...(items === undefined ? [] : [['[…]', items, true]]),
    ...(typeof additionalProperties === 'object' ? [['{…}', additionalProperties, true]] : []),
  ]
}

function typeOf({ $ref, type, const: only, enum: values, format, oneOf, anyOf }) {
  if ($ref !== undefined) return nameOf($ref)
  if (only !== undefined) return JSON.stringify(only)
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ')
  if (type === undefined) return oneOf === undefined && anyOf === undefined ? 'anything' : 'one of several'
  return [[type].flat().join(' | '), format === undefined ? '' : ` (${format})`].join('')
}

const RULES = [
  ...['minimum', 'exclusiveMinimum', 'maximum', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'uniqueItems', 'pattern', 'not', 'default'],
]

function rulesOf(schema, withType = true) {
  const rules = RULES.filter((name) => schema[name] !== undefined).map(
    (name) => `${name} ${JSON.stringify(schema[name])}`,
  )
  const words = [withType ? typeOf(schema) : '', ...rules, schema.description ?? '']
  return words.filter((word) => word !== '').join(' · ')
}

function nameOf(reference) {
  return reference.replace(/^.*\//, '')
}
