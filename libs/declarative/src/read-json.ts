import { type Json, parseJson } from '@biplane/entities'
import type { Reading } from './read-text.ts'

/** The value of a JSON text; undefined for a text that is no JSON. */
export function readJson(text: string): Reading | undefined {
  const value = parsed(text)
  if (value === undefined) return undefined
  const duplicate = duplicateKey(text)
  return duplicate === undefined ? { value } : { problem: duplicate }
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined // it may be YAML, whose reader tells what is wrong
  }
}

/** Of a text that is known to be JSON; the parser would let the last of equal keys win in silence. */
function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '{') open.push(new Set())
    else if (char === '[') open.push(undefined)
    else if (char === '}' || char === ']') open.pop()
    if (char !== '"') continue
    const end = endOfString(text, at)
    const keys = open.at(-1)
    if (keys !== undefined && isKey(text, end)) {
      const key = String(parseJson(text.slice(at, end)))
      if (keys.has(key)) return `${lineAndColumn(text, at)}: the key '${key}' is given twice`
      keys.add(key)
    }
    at = end - 1
  }
  return undefined
}

/** After the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') at++
  }
}

function isKey(text: string, end: number): boolean {
  let at = end
  while (' \t\r\n'.includes(text[at] ?? '-')) at++
  return text[at] === ':'
}

function lineAndColumn(text: string, at: number): string {
  const before = text.slice(0, at)
  return `${before.split('\n').length}:${at - before.lastIndexOf('\n')}`
}
