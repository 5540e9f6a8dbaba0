import { BoundedRegex, pcreToRegExp } from '@biplane/entities'
import { toByteString } from './path.ts'
import type { Captures } from './route-request.ts'

/** A regular expression that paths are matched against. */
export interface PathRegex {
  /** As configured, without what marks it as one. */
  readonly source: string
  /** How every path that matches begins, as far as it can be told. */
  readonly literal: string
  match(path: string): { readonly matched: string; readonly captures?: Captures } | undefined
}

/** What paths are to a flavour: Kong's traditional router sees bytes, its Rust one characters of UTF-8. */
export type PathUnit = 'bytes' | 'characters'

/**
 * In the dialect that the control plane checked it in, in bounded time: see `BoundedRegex`.
 *
 * @param anchored whether a match must begin where the path begins
 * @throws SyntaxError when it is none
 */
export function pathRegex(pattern: string, unit: PathUnit, anchored: boolean): PathRegex {
  const { source, flags } = pcreToRegExp(unit === 'bytes' ? toByteString(pattern) : pattern)
  const regex = new BoundedRegex(new RegExp(anchored ? `^(?:${source})` : source, flags))
  regex.prepare()
  const isAnchored = anchored || pattern.startsWith('^')
  return {
    source: pattern,
    literal: isAnchored && !flags.includes('i') ? toByteString(literalStart(pattern)) : '',
    match(path) {
      const found = regex.exec(unit === 'bytes' ? path : toText(path))
      if (found === null) return undefined
      const bytes = (text: string) => (unit === 'bytes' ? text : toByteString(text))
      const matched = bytes(found.text)
      if (found.groups.length === 0) return { matched }
      return { matched, captures: capturesOf(found.groups, found.named, bytes) }
    },
  }
}

function toText(path: string): string {
  return isAscii(path) ? path : Buffer.from(path, 'latin1').toString('utf8')
}

function isAscii(path: string): boolean {
  return !/[^\0-\x7f]/.test(path)
}

/** Whether a path of bytes is UTF-8. */
export function isUtf8(path: string): boolean {
  if (isAscii(path)) return true
  const bytes = Buffer.from(path, 'latin1')
  return Buffer.from(bytes.toString('utf8')).equals(bytes)
}

function capturesOf(
  groups: readonly (string | undefined)[],
  named: Readonly<Record<string, string | undefined>>,
  bytes: (text: string) => string,
): Captures {
  const numbered = groups.map((text, i) => [String(i + 1), text] as const)
  return Object.fromEntries(
    [...numbered, ...Object.entries(named)].map(([name, text]) => [
      name,
      text === undefined ? false : bytes(text),
    ]),
  )
}

/** The characters at its start that a pattern means literally, in all of its alternatives. */
export function literalStart(pattern: string): string {
  const [lead = ''] = /^(?:\^|\\A)?/.exec(pattern) ?? []
  const body = pattern.slice(lead.length)
  if (hasAlternatives(body)) return ''
  const [text = ''] = /^(?:\\[^0-9A-Za-z]|[^\\^$.|?*+()[\]{}])*/.exec(body) ?? []
  const next = body.charAt(text.length)
  // What may be absent, or is repeated a number of times, is no part of it.
  const certain = '?*{'.includes(next) && next !== '' ? text.replace(/(?:\\.|[^\\])$/, '') : text
  return certain.replace(/\\(.)/g, '$1')
}

/** Whether a pattern has alternatives outside of groups. */
function hasAlternatives(pattern: string): boolean {
  let depth = 0
  for (const [token] of pattern.matchAll(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]?|[()|]/gs)) {
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    if (token === '|' && depth === 0) return true
  }
  return false
}
