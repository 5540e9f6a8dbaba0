import { type Matcher, type Step, stepMatcher } from './step-matcher.ts'

/** What a Lua pattern's `%x` means outside brackets, as the inside of a JavaScript character class. Lua's classes are ASCII. */
const CLASSES: Readonly<Record<string, string>> = {
  a: 'A-Za-z',
  c: '\\x00-\\x1f\\x7f',
  d: '0-9',
  l: 'a-z',
  p: '!-\\/:-@\\[-`{-~',
  s: '\\t-\\r ',
  u: 'A-Z',
  w: '0-9A-Za-z',
  x: '0-9A-Fa-f',
}

/**
 * Whether texts match a Lua pattern: Kong's schemas state patterns in Lua and show them to clients as such. Knows classes,
 * sets, anchors and `* + - ?`; captures pass through. Texts of any length are judged in one pass.
 *
 * @throws SyntaxError for `%b`, `%f` and back references, which no schema uses, and for malformed patterns
 */
export function luaPattern(pattern: string): Matcher {
  const items = readItems(pattern)
  const anchors = { fromStart: items[0]?.text === '^', toEnd: items.at(-1)?.text === '$' }
  return stepMatcher(
    items.flatMap(({ text, sign }) => (MARKS.includes(text) ? [] : stepsOf(text, sign))),
    anchors,
  )
}

/** The regular expression that matches as a Lua pattern does, for those who read it: to run it may take them long. */
export function luaPatternSource(pattern: string): string {
  return readItems(pattern)
    .map(({ text, sign }) => (SPELLINGS[text] ?? text) + (sign === '-' ? '*?' : sign))
    .join('')
}

/** Items that are spelled otherwise where JavaScript reads Unicode, and where a dot is no line break. */
const SPELLINGS: Readonly<Record<string, string>> = { '.': '[\\s\\S]', '\\-': '-' }

interface Item {
  /** The regular expression of one character, or a mark. */
  readonly text: string
  readonly sign: string
}

/** What stands for no character. */
const MARKS: readonly string[] = ['(', ')', '^', '$']
const SIGNS: readonly string[] = ['*', '+', '-', '?']

function readItems(pattern: string): readonly Item[] {
  const items: Item[] = []
  let at = 0
  while (at < pattern.length) {
    const [text, next] = readItem(pattern, at)
    // Only what stands for one character is repeated, and once: everywhere else the signs are characters.
    const isSigned = !MARKS.includes(text) && SIGNS.includes(pattern.charAt(next))
    items.push({ text, sign: isSigned ? pattern.charAt(next) : '' })
    at = next + (isSigned ? 1 : 0)
  }
  return items
}

/** Lua's `-` is the star that takes as little as it can, which makes no difference to whether a text matches. */
function stepsOf(text: string, sign: string): readonly Step[] {
  const accepts = acceptor(new RegExp(`^${text}$`, 's'))
  const once = { accepts, optional: false, repeats: false }
  const often = { accepts, optional: true, repeats: true }
  if (sign === '') return [once]
  if (sign === '?') return [{ ...once, optional: true }]
  return sign === '+' ? [once, often] : [often]
}

/** Lua knows bytes, so all that is beyond them is alike. */
const BYTES = 256

function acceptor(regex: RegExp): (code: number) => boolean {
  const table = Array.from({ length: BYTES + 1 }, (_, code) => regex.test(String.fromCharCode(code)))
  return (code) => table[Math.min(code, BYTES)] === true
}

/** The translation of the item that starts at `at`, and where the next one starts. */
function readItem(pattern: string, at: number): [string, number] {
  const char = pattern.charAt(at)
  if (char === '%') return [readEscape(pattern.charAt(at + 1)), at + 2]
  if (char === '[') return readSet(pattern, at + 1)
  if (char === '^') return [at === 0 ? '^' : '\\^', at + 1]
  if (char === '$') return [at === pattern.length - 1 ? '$' : '\\$', at + 1]
  // The dot and captures mean the same in both languages.
  if ('.()'.includes(char)) return [char, at + 1]
  return [literal(char), at + 1]
}

function readEscape(letter: string): string {
  const inside = CLASSES[letter.toLowerCase()]
  if (inside !== undefined) return letter === letter.toLowerCase() ? `[${inside}]` : `[^${inside}]`
  if (letter === '' || /[0-9A-Za-z]/.test(letter)) {
    throw new SyntaxError(`the Lua pattern item '%${letter}' has no translation`)
  }
  return literal(letter)
}

function readSet(pattern: string, from: number): [string, number] {
  let at = from
  let source = '['
  if (pattern.charAt(at) === '^') {
    source += '^'
    at += 1
  }
  const first = at
  for (; at < pattern.length; at += 1) {
    const char = pattern.charAt(at)
    if (char === ']' && at > first) return [`${source}]`, at + 1]
    if (char === '%') {
      at += 1
      source += setMember(pattern.charAt(at))
    } else {
      source += char === '-' ? '-' : literal(char)
    }
  }
  throw new SyntaxError(`the Lua pattern '${pattern}' lacks a closing bracket`)
}

function setMember(letter: string): string {
  const inside = CLASSES[letter]
  if (inside !== undefined) return inside
  if (/[0-9A-Za-z]/.test(letter)) {
    throw new SyntaxError(`the Lua pattern item '%${letter}' has no translation inside a set`)
  }
  return literal(letter)
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
}
