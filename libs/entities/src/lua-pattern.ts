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
 * The regular expression of a Lua pattern. Kong's schemas state patterns in Lua and show them to clients as such, so the
 * pattern is the source and this is its projection. Knows classes, sets, anchors and `* + - ?`; captures pass through.
 *
 * @throws SyntaxError for `%b`, `%f` and back references, which no schema uses, and for malformed patterns
 */
export function luaPattern(pattern: string): RegExp {
  const items = readItems(pattern)
  // Without an anchor, what may be absent before the rest decides nothing, and would take time squared.
  const first = items.findIndex(({ repetition }) => !OPTIONAL.has(repetition))
  const source = items
    .slice(first === -1 ? items.length : first)
    .map(({ text, repetition }) => text + repetition)
    .join('')
  return new RegExp(source, 's')
}

interface Item {
  readonly text: string
  readonly repetition: string
}

/** Lua's signs that repeat what is before them. Its `-` is the lazy star. */
const REPETITIONS: Readonly<Record<string, string>> = { '*': '*', '+': '+', '?': '?', '-': '*?' }
const OPTIONAL: ReadonlySet<string> = new Set(['*', '?', '*?'])

function readItems(pattern: string): readonly Item[] {
  const items: Item[] = []
  let at = 0
  while (at < pattern.length) {
    const [text, next] = readItem(pattern, at)
    // Only what stands for one character is repeated, and once: everywhere else the signs are characters.
    const repeatable = !['(', ')', '^', '$'].includes(text)
    const repetition = repeatable ? (REPETITIONS[pattern.charAt(next)] ?? '') : ''
    items.push({ text, repetition })
    at = next + (repetition === '' ? 0 : 1)
  }
  return items
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
