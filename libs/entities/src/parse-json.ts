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
  let replaced = ''
  let copied = 0
  for (let start = text.indexOf('"'), end = 0; start !== -1; start = text.indexOf('"', end)) {
    end = endOfString(text, start)
    const token = text.slice(start, end)
    if (!token.includes('\\') || !isKey(text, end)) continue
    keys.push(String(parse(token)))
    replaced += `${text.slice(copied, start)}"${mark}${keys.length - 1}"`
    copied = end
  }
  return keys.length === 0 ? parse(text) : restore(parse(replaced + text.slice(copied)), mark, keys)
}

/** After its closing quote. By hand: a regular expression of escapes runs out of stack on a text of millions of them. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text.charAt(quote - 1 - slashes) === '\\') slashes += 1
    if (slashes % 2 === 0) return quote + 1
  }
  return text.length
}

function isKey(text: string, end: number): boolean {
  let at = end
  while (' \t\r\n'.includes(text.charAt(at) || '-')) at += 1
  return text.charAt(at) === ':'
}

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
