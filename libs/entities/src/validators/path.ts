import { Buffer } from 'node:buffer'
import { patternProblem } from '../backtracking/pattern-problem.ts'
import { regexProblem } from '../pcre.ts'

/** The path of a service: raw RFC 3986 text, where anything but its reserved and unreserved characters is escaped. */
export function servicePathProblem(path: string): string | undefined {
  return isRaw(path)
    ? escapeProblem(path)
    : `invalid path: '${path}' (characters outside of the reserved list of RFC 3986 found)`
}

function isRaw(path: string): boolean {
  return /^[\w.~/%:@!$&'()*+,;=-]*$/.test(path)
}

function escapeProblem(path: string): string | undefined {
  const broken = /%.{0,2}/s.exec(path.replace(/%[0-9a-f]{2}/gi, '___'))
  return broken === null ? undefined : `invalid url-encoded value: '${broken[0]}'`
}

/** The path of a route: a prefix in decoded normal form, or `~` and a regular expression. */
export function routePathProblem(path: string): string | undefined {
  if (path.startsWith('~')) {
    const regex = path.slice(1)
    const problem = regexProblem(regex)
    return problem === undefined ? undefined : `invalid regex: '${regex}' (PCRE returned: ${problem})`
  }
  const problem = isRaw(path) ? escapeProblem(path) : undefined
  if (problem !== undefined) return problem
  const normal = normalPath(path)
  return path === normal ? undefined : `non-normalized path, consider use '${normal}' instead`
}

/** Of a valid path of a route. */
export function routePathHarm(path: string): string | undefined {
  return path.startsWith('~') ? patternProblem(path.slice(1), 'start') : undefined
}

/** RFC 3986's reserved characters and `%`: they keep their escape, since decoding them would change the meaning. */
const RESERVED = new Set("!#$%&'()*+,/:;=?@[]")

/**
 * A path in the form in which routes are compared: escapes of other than reserved characters decoded, those of reserved
 * ones in upper case, dot segments resolved (RFC 3986 5.2.4), slashes merged. Escapes that are no UTF-8 stay as they are.
 */
export function normalPath(path: string): string {
  return withoutDotSegments(decodeUnreserved(path).replace(/\/{2,}/g, '/'))
}

function decodeUnreserved(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex')
    if (!Buffer.from(bytes.toString('utf8')).equals(bytes)) return escapes.toUpperCase()
    return [...bytes.toString('utf8')].map((char) => (keepsEscape(char) ? escapeOf(char) : char)).join('')
  })
}

/** Also control characters, which no path holds unescaped. */
function keepsEscape(char: string): boolean {
  return RESERVED.has(char) || char < ' ' || char === '\x7f'
}

function escapeOf(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function withoutDotSegments(path: string): string {
  const kept: string[] = []
  const segments = path.split('/')
  for (const [index, segment] of segments.entries()) {
    const dots = segment === '.' || segment === '..'
    if (segment === '..' && kept.length > 1) kept.pop()
    if (!dots) kept.push(segment)
    else if (index === segments.length - 1) kept.push('')
  }
  return kept.join('/')
}
