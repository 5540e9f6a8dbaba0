import { type Form, type Parsed, splitList } from './form.ts'

/** What a caller of the Admin API may do: look, or look and change. */
export const accessRoles = ['read-only', 'write'] as const

export type AccessRole = (typeof accessRoles)[number]

/** Who a client certificate is, by the common name of its subject; `*` stands for every other one. */
export interface NamedRole {
  readonly name: string
  readonly role: AccessRole
}

/** A token of the Admin API. What it is, nobody but its holder knows. */
export interface AdminToken extends NamedRole {
  /** SHA-256 of the token, as 64 hex digits in lower case. */
  readonly sha256: string
}

const ROLES = accessRoles.join(' or ')

/** One token a line, or separated by commas. A line that begins with `#` is a remark, for the sake of files. */
export const adminTokens: Form<readonly AdminToken[]> = {
  expects: `a list, by commas or lines, of name:role:sha256:hash, the role ${ROLES}`,
  empty: true,
  shownAs: 'list',
  parse(text) {
    const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'))
    const words = lines.flatMap(splitList)
    // A file that lost its lines must not open the API to everybody.
    if (text !== '' && words.length === 0) return { wrong: 'name at least one token' }
    const parsed = all(words, parseToken)
    if ('wrong' in parsed) return parsed
    const hashes = new Set(parsed.value.map(({ sha256 }) => sha256))
    return hashes.size === words.length ? parsed : { wrong: 'name each token once' }
  },
}

export const clientRoles: Form<readonly NamedRole[]> = {
  expects: `a comma-separated list of name:role, the role ${ROLES}, and * for any other name`,
  empty: true,
  shownAs: 'list',
  parse(text) {
    const parsed = all(splitList(text), parseRole)
    if ('wrong' in parsed) return parsed
    const names = new Set(parsed.value.map(({ name }) => name))
    return names.size === parsed.value.length ? parsed : { wrong: 'give each name one role' }
  },
}

const TOKEN = /^([A-Za-z0-9][A-Za-z0-9._@-]{0,63}):([a-z-]+):sha256:([0-9a-fA-F]{64})$/

function parseToken(word: string): Parsed<AdminToken> {
  const [, name, roleName, hash] = TOKEN.exec(word) ?? []
  const role = accessRoles.find((each) => each === roleName)
  return name === undefined || role === undefined || hash === undefined
    ? {
        wrong: `write name:role:sha256:hash, the role ${ROLES}, the hash 64 hex digits; biplane token makes one`,
      }
    : { value: { name, role, sha256: hash.toLowerCase() } }
}

/** The last colon splits: a name may hold others. */
function parseRole(word: string): Parsed<NamedRole> {
  const colon = word.lastIndexOf(':')
  const name = word.slice(0, Math.max(colon, 0)).trim()
  const role = accessRoles.find((each) => each === word.slice(colon + 1).trim())
  return name === '' || role === undefined
    ? { wrong: `write name:role, the role ${ROLES}` }
    : { value: { name, role } }
}

function all<T>(words: readonly string[], parse: (word: string) => Parsed<T>): Parsed<readonly T[]> {
  const values: T[] = []
  for (const [index, word] of words.entries()) {
    const parsed = parse(word)
    if ('wrong' in parsed) return { wrong: `in item ${index + 1} of the list, ${parsed.wrong}` }
    values.push(parsed.value)
  }
  return { value: values }
}
