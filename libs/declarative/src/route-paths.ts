import { type JsonObject, normalPath } from '@biplane/entities'

/**
 * A route of the formats 1.1 and 2.1 as format 3.0 says it. There a path was a regular expression when it held other than
 * letters, digits and `.-_~/%`; since 3.0 one begins with `~`, and neither sort is decoded any more.
 */
export function upgradeRoute(fields: JsonObject): JsonObject {
  if (!Array.isArray(fields.paths)) return fields
  return {
    ...fields,
    paths: fields.paths.map((path) => (typeof path === 'string' ? upgradePath(path) : path)),
  }
}

function upgradePath(path: string): string {
  if (path.startsWith('~/')) return path // meant as format 3.0 does
  return /^[\w.~/%-]*$/.test(path) ? normalPath(path) : `~${decodeRegex(path)}`
}

const RESERVED = /[!#$%&'()*+,/:;=?@[\]]/
const META = /[.^\-{}\\|]/

/** The last percent-decoding of a regular expression: reserved characters keep their escape, its own signs get a backslash. */
function decodeRegex(regex: string): string {
  return regex.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex')
    if (!Buffer.from(bytes.toString()).equals(bytes)) return escapes.toUpperCase()
    return [...bytes.toString()].map(decodedInRegex).join('')
  })
}

function decodedInRegex(char: string): string {
  if (RESERVED.test(char)) return `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  return META.test(char) ? `\\${char}` : char
}
