/**
 * The regular expression a user wrote for Kong's PCRE, as a JavaScript one. What is translated, and nothing else:
 * - `(?P<name>…)`, `(?P=name)`, `(?P>…)` spellings of named groups and back references become `(?<name>…)`, `\k<name>`;
 * - possessive quantifiers (`*+`, `++`, `?+`, `}+`) and atomic groups `(?>…)` lose their possession: they then match
 *   what they matched before, and may match more after backtracking;
 * - a leading `(?i)`, `(?s)`, `(?m)` becomes a flag; `\A`, `\z`, `\Z`, `\h` become `^`, `$`, `$`, `[ \t]`.
 * Anything else that JavaScript does not know is a syntax error, told when the entity is written and not at runtime.
 *
 * @throws SyntaxError when the result is not a JavaScript regular expression
 */
export function pcreToRegExp(pattern: string, flags = ''): RegExp {
  const lead = /^\(\?([ims]+)\)/.exec(pattern)
  const body = lead === null ? pattern : pattern.slice(lead[0].length)
  const all = [...new Set(flags + (lead?.[1] ?? ''))].join('')
  return new RegExp(translate(body), all)
}

/** What is wrong with a PCRE pattern, or nothing. */
export function regexProblem(pattern: string): string | undefined {
  try {
    pcreToRegExp(pattern)
    return undefined
  } catch (error) {
    // The engine's answer to a user's pattern: an expected outcome that it can only throw.
    if (!(error instanceof SyntaxError)) throw error
    return error.message.replace(/^Invalid regular expression: /, '')
  }
}

/** Escapes and sets are read whole, so that nothing inside them is taken for an operator. */
const TOKEN = /\\[AzZh]|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?P<|\(\?P=(\w+)\)|\(\?>|([*+?}])\+/gs

const SPELLINGS: Readonly<Record<string, string>> = {
  '\\A': '^',
  '\\z': '$',
  '\\Z': '$',
  '\\h': '[ \\t]',
  '(?P<': '(?<',
  '(?>': '(?:',
}

function translate(pattern: string): string {
  return pattern.replace(TOKEN, (token: string, backReference?: string, quantifier?: string) => {
    if (backReference !== undefined) return `\\k<${backReference}>`
    if (quantifier !== undefined) return quantifier
    return SPELLINGS[token] ?? token
  })
}
