import { isJsonObject, type Json } from './json.ts'

/**
 * What `JSON.parse` is meant to give. The one of V8 13 (Node 24) misreads keys that are written with escapes: after
 * `{"a":1,"\\":1}` it reads `{"a":1,"\n":1}` as having the key `\`, since it compares the raw text with the keys of
 * objects it saw before. Config that is read otherwise than it was written has another hash, so such keys are kept from it.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): Json {
  if (!text.includes('\\')) return parse(text)
  const mark = freeMark(text)
  const keys: string[] = []
  const replaced = text.replace(STRING, (token, colon: string | undefined) => {
    if (colon === undefined || !token.includes('\\')) return token
    keys.push(String(parse(token.slice(0, token.length - colon.length))))
    return `"${mark}${keys.length - 1}"${colon}`
  })
  return keys.length === 0 ? parse(text) : restore(parse(replaced), mark, keys)
}

/** A string, with what makes it a key where it is one. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g

function parse(text: string): Json {
  const value: Json = JSON.parse(text)
  return value
}

/** A beginning of keys that no key of the text has. */
function freeMark(text: string): string {
  let mark = 'key'
  while (text.includes(`"${mark}`)) mark += '_'
  return mark
}

function restore(value: Json, mark: string, keys: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((member: Json) => restore(member, mark, keys))
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([key, member]): [string, Json] => [
    key.startsWith(mark) ? (keys[Number(key.slice(mark.length))] ?? key) : key,
    restore(member, mark, keys),
  ])
  return Object.fromEntries(members)
}
