import type { Alphabet } from './alphabet.ts'
import { type Automaton, Unjudged } from './automaton.ts'

/** A text that leads from a place back to it in two ways, so that n of them are matched in 2^n ways. */
export interface Ambiguity {
  /** What leads there from the start. */
  readonly prefix: string
  readonly pump: string
  /** The places that one of the ways, at least, goes through. */
  readonly places: readonly number[]
}

/** Pairs of places, with what follows them, that are looked at before a pattern counts as too large: some milliseconds. */
const MOST_PAIRS = 50_000

/**
 * The first exponential ambiguities of a pattern, one for each place where ways part. (Weber and Seidl's criterion: two copies of
 * the automaton read the same text, part, and meet again where they parted.) @throws Unjudged
 */
export function ambiguities(automaton: Automaton, alphabet: Alphabet, most: number): readonly Ambiguity[] {
  const search = new Search(automaton, alphabet)
  const found: Ambiguity[] = []
  for (const place of automaton.leaves.keys()) {
    const prefix = search.prefix(place)
    const loop = prefix === undefined ? undefined : search.ambiguousLoop(place)
    if (prefix !== undefined && loop !== undefined) found.push({ prefix, ...loop })
    if (found.length === most) break
  }
  return found
}

interface Loop {
  readonly pump: string
  readonly places: readonly number[]
}

/** Two places, and the pair and the character from which both copies came there. */
interface Pair {
  readonly a: number
  readonly b: number
  readonly from: Pair | null
  readonly char: string
}

class Search {
  readonly #automaton: Automaton
  readonly #alphabet: Alphabet
  readonly #prefixes: ReadonlyMap<number, string>
  #pairs = 0

  constructor(automaton: Automaton, alphabet: Alphabet) {
    this.#automaton = automaton
    this.#alphabet = alphabet
    this.#prefixes = this.#shortestPrefixes()
  }

  /** A text whose match may be at a place at its end; undefined where there is none. */
  prefix(place: number): string | undefined {
    return this.#prefixes.get(place)
  }

  #shortestPrefixes(): ReadonlyMap<number, string> {
    const found = new Map<number, string>()
    const reached: [number, string][] = [...this.#automaton.starts.keys()].map((place) => [place, ''])
    for (const [place, before] of reached) {
      const char = this.#shared(place, place)
      if (char === undefined || found.has(place)) continue
      found.set(place, before + char)
      for (const next of this.#next(place).keys()) reached.push([next, before + char])
    }
    return found
  }

  /** From a place back to it in two ways: by an edge that is there twice, or by ways that part here. */
  ambiguousLoop(place: number): Loop | undefined {
    const seen = new Set<number>()
    const reached: Pair[] = []
    const add = (pair: Pair): void => {
      const key = Math.min(pair.a, pair.b) * this.#automaton.leaves.length + Math.max(pair.a, pair.b)
      if (!seen.has(key)) reached.push(pair)
      seen.add(key)
    }
    this.#eachStep({ a: place, b: place, from: null, char: '' }, (pair) => {
      const isTwofold = pair.a === pair.b && this.#next(place).get(pair.a) === 2
      if (pair.a < pair.b || isTwofold) add(pair)
    })
    for (const pair of reached) {
      if (pair.a === place && pair.b === place) return toLoop(pair)
      this.#eachStep(pair, add)
    }
    return undefined
  }

  #eachStep(from: Pair, take: (pair: Pair) => void): void {
    for (const a of this.#next(from.a).keys()) {
      for (const b of this.#next(from.b).keys()) {
        this.#pairs += 1
        if (this.#pairs > MOST_PAIRS) throw new Unjudged()
        const char = this.#shared(a, b)
        if (char !== undefined) take({ a, b, from, char })
      }
    }
  }

  #next(place: number): ReadonlyMap<number, number> {
    return this.#automaton.edges[place] ?? new Map()
  }

  #shared(a: number, b: number): string | undefined {
    const [leafA, leafB] = [this.#automaton.leaves[a], this.#automaton.leaves[b]]
    return leafA && leafB && this.#alphabet.shared(leafA, leafB)
  }
}

function toLoop(end: Pair): Loop {
  const pairs: Pair[] = []
  for (let pair = end; pair.from !== null; pair = pair.from) pairs.unshift(pair)
  return { pump: pairs.map(({ char }) => char).join(''), places: pairs.flatMap(({ a, b }) => [a, b]) }
}
