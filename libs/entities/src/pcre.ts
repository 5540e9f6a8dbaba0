/**
 * The regular expression a user wrote for Kong's PCRE, as a JavaScript one. What is translated, and nothing else:
 * - `(?P<name>…)` and `(?P=name)` become `(?<name>…)` and `\k<name>`;
 * - possessive quantifiers (`*+`, `++`, `?+`, `}+`) and atomic groups `(?>…)` lose their possession: they match all that
 *   they matched before, and may match more after backtracking;
 * - a leading `(?i)`, `(?s)`, `(?m)` becomes a flag; `\A`, `\z`, `\Z` become anchors; `\h`, `\H` and the POSIX classes
 *   (`[[:alpha:]]`) become sets, and a `]` that opens a set is a member of it;
 * - `.` is any character but a newline, and `\s` only knows the space of ASCII.
 * Escapes that JavaScript would silently read as letters (`\Q`, `\p{L}`, `\x{41}`) are refused: better told when the entity
 * is written than matched wrongly at runtime.
 *
 * @throws SyntaxError when the result is not a JavaScript regular expression
 */
export function pcreToRegExp(pattern: string, flags = ''): RegExp {
  if (isDeep(pattern)) throw new SyntaxError(TOO_DEEP)
  const lead = /^\(\?([ims]+)\)/.exec(pattern)
  const body = lead === null ? pattern : pattern.slice(lead[0].length)
  const all = [...new Set(flags + (lead?.[1] ?? ''))].join('')
  // Where lines may be part of what a dot stands for, it stays one.
  const dot = /\(\?[a-z]*s/.test(pattern) || all.includes('s') ? '.' : NOT_NEWLINE
  return new RegExp(
    body.replace(TOKEN, (token) => (token === '.' ? dot : translate(token))),
    all,
  )
}

/** PCRE compiles none that is longer; translating one of millions of brackets would end in a lack of stack. */
const LONGEST = 65_536

/** Groups inside of each other, beyond which PCRE takes no pattern, and Rust neither. */
const DEEPEST = 250
const TOO_DEEP = 'parentheses are too deeply nested'

function isDeep(pattern: string): boolean {
  if (pattern.length < DEEPEST * 2) return false
  let depth = 0
  for (const [token] of pattern.matchAll(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?|[()]/gs)) {
    if (token === ')') depth -= 1
    if (token === '(') depth += 1
    if (depth > DEEPEST) return true
  }
  return false
}

/** What is wrong with a PCRE pattern, or nothing. */
export function regexProblem(pattern: string): string | undefined {
  if (pattern.length > LONGEST) return 'regular expression is too large'
  try {
    pcreToRegExp(pattern)
    return undefined
  } catch (error) {
    // The engine's answer to a user's pattern: an expected outcome that it can only throw.
    if (!(error instanceof SyntaxError)) throw error
    const reason = error.message.replace(/^Invalid regular expression: .*: /s, '')
    const words = WORDS[reason]
    return words === undefined ? reason : `pcre_compile() failed: ${words} in "${pattern}"`
  }
}

/** PCRE's own words for what both engines find at the end of a pattern; elsewhere PCRE tells the place as well. */
const WORDS: Readonly<Record<string, string>> = {
  'Unterminated group': 'missing )',
  [TOO_DEEP]: TOO_DEEP,
  'Unterminated character class': 'missing terminating ] for character class',
  '\\ at end of pattern': '\\ at end of pattern',
}

/**
 * Escapes and sets are read whole, so that nothing inside them is taken for an operator. A set without an end reaches to
 * that of the pattern: to look for its end anew from each bracket would take time squared.
 */
const TOKEN =
  /\.|\\x\{|\\k[{']|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*(?:\]|\\?$)|\(\?P<|\(\?P=\w+\)|\(\?>|[*+?}]\+/gs

function translate(token: string): string {
  if (token.startsWith('\\')) return translateEscape(token, ANCHORS_AND_SPACE)
  if (token.startsWith('[')) return translateSet(token)
  if (token.startsWith('(?P=')) return `\\k<${token.slice(4, -1)}>`
  if (token === '(?P<') return '(?<'
  if (token === '(?>') return '(?:'
  return token.charAt(0)
}

/** In JavaScript a dot leaves out three characters more, and a client could evade a route by one of them. */
const NOT_NEWLINE = '[^\\n]'
const SPACE = '\\t\\n\\v\\f\\r '

/** A part of a translated pattern, as somebody would write it. */
export function asWritten(part: string): string {
  return part.replaceAll(NOT_NEWLINE, '.').replaceAll(`[${SPACE}]`, '\\s').replaceAll(`[^${SPACE}]`, '\\S')
}

const ANCHORS_AND_SPACE: Readonly<Record<string, string>> = {
  '\\A': '^',
  '\\z': '$',
  '\\Z': '$',
  '\\h': '[ \\t]',
  '\\H': '[^ \\t]',
  // Not those beyond ASCII, which in a text of bytes are parts of letters.
  '\\s': `[${SPACE}]`,
  '\\S': `[^${SPACE}]`,
}

const SPACE_IN_SET: Readonly<Record<string, string>> = { '\\h': ' \\t', '\\s': SPACE }

/** Letters that mean the same after a backslash in both languages, of those that mean anything. */
const SHARED = /^\\(?:[bBdDwWsSnrtfvxck]|[^A-Za-z])$/s

function translateEscape(token: string, spellings: Readonly<Record<string, string>>): string {
  const spelling = spellings[token] ?? (SHARED.test(token) ? token : undefined)
  if (spelling === undefined) throw new SyntaxError(`the escape ${token} is not supported`)
  return spelling
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  space: SPACE,
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

function translateSet(set: string): string {
  const [, open = '', first = '', members = ''] = /^(\[\^?)(\]?)(.*)$/s.exec(set) ?? []
  // The closing bracket is in `members`; where there is no other, the first one was it.
  if (members === '') return set
  const translated = members.replace(/\\x\{|\\.|\[:(\^?\w+):\]/gs, (token: string, posix?: string) => {
    if (posix === undefined) return translateEscape(token, SPACE_IN_SET)
    const inside = POSIX[posix]
    if (inside === undefined) throw new SyntaxError(`the class ${token} is not supported`)
    return inside
  })
  return `${open}${first === '' ? '' : '\\]'}${translated}`
}
