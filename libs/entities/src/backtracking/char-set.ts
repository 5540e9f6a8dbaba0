import type { AST } from '@eslint-community/regexpp'
import type { Leaf } from './automaton.ts'

/**
 * The characters that a leaf accepts: one bit for each of the first 256, and one for all others together. It may be set
 * though not all of them are accepted: two leaves without a common bit have no character in common.
 */
export type CharSet = Uint32Array

const WORDS = 9
const OTHERS = 256

/** @param flags those of the pattern */
export function charSetOf(leaf: Leaf, flags: string): CharSet {
  const set = new Uint32Array(WORDS)
  fill(set, leaf, flags.includes('s'))
  return flags.includes('i') ? folded(set) : set
}

export function overlap(...sets: readonly CharSet[]): boolean {
  for (let word = 0; word < WORDS; word++) {
    let common = 0xffffffff
    for (const set of sets) common &= set[word] ?? 0
    if (common !== 0) return true
  }
  return false
}

export function hasChar(set: CharSet, code: number): boolean {
  return ((set[code >>> 5] ?? 0) & (1 << (code & 31))) !== 0
}

function add(set: CharSet, code: number): void {
  const bit = Math.min(code, OTHERS)
  set[bit >>> 5] = (set[bit >>> 5] ?? 0) | (1 << (bit & 31))
}

function addRange(set: CharSet, min: number, max: number): void {
  for (let code = Math.min(min, OTHERS); code <= Math.min(max, OTHERS); code++) add(set, code)
}

function fill(set: CharSet, leaf: Leaf, dotAll: boolean): void {
  switch (leaf.type) {
    case 'Character':
      add(set, leaf.value)
      break
    case 'CharacterSet':
      fillEscape(set, leaf, dotAll)
      break
    case 'CharacterClass':
      for (const element of leaf.elements) fillElement(set, element)
      // What is not listed of the others is accepted then, listed ones or not.
      if (leaf.negate) invert(set)
      break
  }
}

function fillElement(set: CharSet, element: AST.CharacterClassElement): void {
  if (element.type === 'Character') add(set, element.value)
  else if (element.type === 'CharacterClassRange') addRange(set, element.min.value, element.max.value)
  else if (element.type === 'CharacterSet') fillEscape(set, element, true)
  // What only the `v` flag brings is not among the patterns that are translated.
  else addRange(set, 0, OTHERS)
}

function fillEscape(set: CharSet, { raw }: AST.CharacterSet, dotAll: boolean): void {
  const known = ESCAPES.get(raw === '.' && dotAll ? '[\\s\\S]' : raw) ?? EVERYTHING
  for (let word = 0; word < WORDS; word++) set[word] = (set[word] ?? 0) | (known[word] ?? 0)
}

function tested(regex: RegExp): CharSet {
  const set = new Uint32Array(WORDS)
  for (let code = 0; code < OTHERS; code++) if (regex.test(String.fromCharCode(code))) add(set, code)
  add(set, OTHERS)
  return set
}

function invert(set: CharSet): void {
  for (let word = 0; word < WORDS; word++) set[word] = ~(set[word] ?? 0)
  set[OTHERS >>> 5] = 1
}

/** With both cases of all that has two. What is folded across the bound counts as one of the others. */
function folded(set: CharSet): CharSet {
  const both = new Uint32Array(set)
  for (let code = 0; code < OTHERS; code++) {
    if (!hasChar(set, code)) continue
    const char = String.fromCharCode(code)
    for (const other of [char.toLowerCase(), char.toUpperCase()])
      if (other.length === 1) add(both, other.charCodeAt(0))
  }
  return both
}

const ESCAPES: ReadonlyMap<string, CharSet> = new Map(
  ['.', '[\\s\\S]', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S'].map((raw) => [raw, tested(new RegExp(raw))]),
)
const EVERYTHING = tested(/./s)
