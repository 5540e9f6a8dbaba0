import { hostileTexts, SMUGGLED } from './hostile-values.ts'
import { isJsonObject, type Json, type JsonObject, jsonText } from './json.ts'
import type { Random } from './random.ts'

export interface Body {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

/** A body in one of the forms that clients send, mostly JSON; at times called what it is not. */
export function encoded(value: JsonObject, random: Random): Body {
  return random.weighted<() => Body>([
    [70, () => typed('application/json', jsonText(value))],
    [10, () => typed('application/x-www-form-urlencoded', formText(pairsOf(value)))],
    [10, () => multipart(pairsOf(value), random)],
    [2, () => typed('application/json', formText(pairsOf(value)))],
    [2, () => typed('application/x-www-form-urlencoded', jsonText(value))],
    [1, () => typed(random.pick(TYPES), jsonText(value))],
    [1, () => ({ headers: {}, body: Buffer.from(jsonText(value)) })],
    [1, () => ({ headers: { 'content-type': 'application/json' } })],
    [1, () => typed('application/json', jsonText(value).slice(0, random.below(40)))],
    [2, () => garbage(random)],
  ])()
}

const TYPES = [
  'text/plain',
  'application/json; charset=utf-16',
  'APPLICATION/JSON',
  'application/jsonx',
  'application/json, text/plain',
  'application/vnd.api+json',
  'application/yaml',
  'text/xml',
  'multipart/form-data',
  'multipart/form-data; boundary=""',
  'multipart/form-data; boundary=a; boundary=b',
  'multipart/mixed; boundary=b',
  ';',
  '*/*',
]

function typed(type: string, text: string): Body {
  return { headers: { 'content-type': type }, body: Buffer.from(text) }
}

function garbage(random: Random): Body {
  const type = random.pick([
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=b',
  ])
  const bytes = Buffer.from(Array.from({ length: random.below(60) }, () => random.below(256)))
  const texts = [
    '',
    '{',
    '[]',
    '[{}]',
    'null',
    '1',
    '"a"',
    '{"a":1}{"b":2}',
    '\ufeff{}',
    '&&==&',
    'a=%zz&%=%',
    '--b--',
    '--b\r\n\r\n',
  ]
  const body = random.chance(0.4) ? bytes : Buffer.from(random.pick(texts))
  return { headers: { 'content-type': type }, body }
}

const LONGEST_NAME = 300

type Pair = readonly [name: string, value: string]

/** In Kong's name syntax: `config.minute`, `tags[]`, `hosts[1]`. What lies deeper than anybody names stands as JSON. */
function pairsOf(value: Json, name = ''): Pair[] {
  if (name.length > LONGEST_NAME) return [[name, jsonText(value)]]
  if (Array.isArray(value))
    return value.flatMap((member: Json, at) =>
      pairsOf(member, at % 2 === 0 ? `${name}[]` : `${name}[${at + 1}]`),
    )
  if (isJsonObject(value))
    return Object.entries(value).flatMap(([key, member]) =>
      pairsOf(member, name === '' ? key : `${name}.${key}`),
    )
  return [[name, value === null ? '' : String(value)]]
}

function formText(pairs: readonly Pair[]): string {
  return pairs.map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join('=')).join('&')
}

function multipart(pairs: readonly Pair[], random: Random): Body {
  const boundary = random.pick(['b', '----WebKitFormBoundary7MA4YWxk', "a'()+_,-./:=?z"])
  const extra = random.chance(0.9)
    ? ''
    : random.pick([
        `\r\nContent-Type: text/plain; charset=utf-16`,
        `\r\nContent-Transfer-Encoding: base64`,
        `\r\n${SMUGGLED}: 1`,
        '; filename="../../x"',
        '; name="twice"',
      ])
  const parts = pairs.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name.replaceAll('"', '%22').replaceAll(/[\r\n]/g, ' ')}"${extra}\r\n\r\n${value}\r\n`,
  )
  const end = random.chance(0.95)
    ? `--${boundary}--\r\n`
    : random.pick(['', `--${boundary}`, random.pick(hostileTexts)])
  return typed(`multipart/form-data; boundary="${boundary}"`, `${parts.join('')}${end}`)
}
