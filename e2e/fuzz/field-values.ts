import { fieldsOf, type SchemaField } from './catalogue.ts'
import { hostileNumbers, hostileTexts } from './hostile-values.ts'
import type { Json } from './json.ts'
import { someId, someName } from './pool.ts'
import type { Random } from './random.ts'

/** A value that a field is likely to take, by what its schema says of it; at times one at the edge of that. */
export function likely(field: SchemaField, name: string, random: Random): Json {
  const { one_of: choices, reference, default: given } = field
  if (random.chance(field.required ? 0.01 : 0.1)) return null
  if (choices !== undefined && choices.length > 0) return random.pick(choices)
  if (reference !== undefined) return { id: someId(reference, random) }
  if (isJson(given) && random.chance(0.2)) return given
  switch (field.type) {
    case 'boolean':
      return random.chance(0.5)
    case 'integer':
    case 'number':
      return aNumber(field, random)
    case 'string':
      return aText(field, name, random)
    case 'array':
    case 'set':
      return Array.from({ length: random.below(4) }, () => likely(field.elements ?? TEXT, name, random))
    case 'map':
      return Object.fromEntries(
        Array.from({ length: random.below(3) }, () => [
          String(aText(field.keys ?? TEXT, 'header', random)),
          likely(field.values ?? TEXT, name, random),
        ]),
      )
    default:
      return Object.fromEntries(
        random
          .some([...fieldsOf(field.fields ?? [])], 3)
          .map(([member, inside]) => [member, likely(inside, member, random)]),
      )
  }
}

const TEXT: SchemaField = { type: 'string' }

function isJson(value: unknown): value is NonNullable<Json> {
  return value !== null && value !== undefined // it came as JSON
}

function aNumber({ between, gt, type }: SchemaField, random: Random): Json {
  if (random.chance(0.1)) return random.pick(hostileNumbers)
  const [low, high] = between ?? [(gt ?? 0) + 1, 1000]
  const near = random.pick([low, high, Math.min(high, low + 1), low + Math.floor((high - low) / 2)])
  return type === 'number' && random.chance(0.3) ? near + 0.5 : near
}

/** What fields of a name usually hold; a field that wants something else refuses it. */
const BY_NAME: readonly (readonly [name: RegExp, texts: readonly string[]])[] = [
  [/host|domain|sni|server/, ['h.test', '*.w.test', '127.0.0.1', '::1', 'h.test:80']],
  [/url|uri|endpoint|origin/, ['http://h.test', 'https://h.test:8443/p?q=1', '/p', '*']],
  [/path/, ['/a', '~/a+$', '/tmp/x', '/']],
  [/ip|cidr|allow|deny|trusted/, ['10.0.0.0/8', '::1', '127.0.0.1', 'friends']],
  [/header|cookie|name/, ['x-a', 'X-B:c', 'session']],
  [/method/, ['GET', 'POST']],
  [/type/, ['text/plain', 'application/json; charset=utf-8']],
]

function aText(
  { uuid, starts_with: start, is_regex: regex }: SchemaField,
  name: string,
  random: Random,
): string {
  if (random.chance(0.07)) return random.pick(hostileTexts)
  if (uuid) return someId(name, random)
  if (regex) return random.pick(['^a$', '[0-9]+', '(?i)x'])
  if (start !== undefined) return `${start}${someName(random)}`
  const [, usual = []] = BY_NAME.find(([pattern]) => pattern.test(name)) ?? []
  return usual.length > 0 && random.chance(0.8) ? random.pick(usual) : someName(random)
}
