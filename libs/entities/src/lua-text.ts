import { isJsonObject, type Json } from './json.ts'

/** Words that Lua would not read as a bare key. */
const KEYWORDS = new Set(
  'and break do else elseif end false for function goto if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
)

/**
 * A value as Kong's messages show tables: `{id="…",tags={"a","b"}}`. Keys are sorted, null members of a list leave a hole
 * that the next member's index shows.
 *
 * @param indent '' for one line; else each member stands on its own line, that much further in
 */
export function luaText(value: Json, indent = ''): string {
  return writeValue(value, indent, '')
}

function writeValue(value: Json, indent: string, margin: string): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = margin + indent
  const members = isJsonObject(value) ? namedMembers(value, indent, inner) : listMembers(value, indent, inner)
  if (indent === '') return `{${members.join(',')}}`
  return `{\n${members.map((member) => inner + member).join(',\n')}\n${margin}}`
}

function namedMembers(value: { readonly [key: string]: Json }, indent: string, inner: string): string[] {
  return Object.keys(value)
    .sort()
    .map((key) => {
      const bare = /^[A-Za-z_]\w*$/.test(key) && !KEYWORDS.has(key)
      return entry(bare ? key : `[${quoted(key)}]`, value[key] ?? null, indent, inner)
    })
}

function listMembers(value: readonly Json[], indent: string, inner: string): string[] {
  const hole = value.indexOf(null)
  return value.flatMap((member, index) => {
    if (member === null) return []
    if (hole === -1 || index < hole) return writeValue(member, indent, inner)
    return entry(`[${index + 1}]`, member, indent, inner)
  })
}

function entry(key: string, value: Json, indent: string, inner: string): string {
  return `${key}${indent === '' ? '=' : ' = '}${writeValue(value, indent, inner)}`
}

/** Long brackets where Lua's pretty printer takes them: around several lines, and around what looks like long brackets. */
function quoted(text: string): string {
  const levels = [...`${text}]`.matchAll(/([[\]])(=*)\1/g)].map(([, , signs = '']) => signs.length)
  if ((levels.length === 0 && !text.includes('\n')) || text.includes('\r'))
    return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\\n').replaceAll('\r', '\\r')}"`
  const signs = '='.repeat(Math.max(-1, ...levels) + 1)
  return `[${signs}[${text.startsWith('\n') ? '\n' : ''}${text}]${signs}]`
}
