import type { AST } from '@eslint-community/regexpp'
import { type Automaton, automatonOf, type Leaf, Unjudged } from './automaton.ts'
import { type CharSet, charSetOf, overlap } from './char-set.ts'

/**
 * Whether a backtracking engine matches a pattern in time proportional to the text, proved. What it goes through are the ways
 * to match some beginning of the text; there are at most a few of them at once when no loop is gone through in two ways
 * (that would double them), no loop leads to another one over a text that both go round on (that would add one each time:
 * `.*a.*b`), and the places where ways part are few. (Weber and Seidl's criteria for finite ambiguity, with all places being
 * ends.) What takes long to judge is not linear.
 *
 * @param flags those of the pattern
 */
export function isLinear(pattern: AST.Pattern, flags: string): boolean {
  try {
    const ways = new Ways(fromAnywhere(automatonOf(pattern), pattern, flags))
    return ways.forks() <= MOST_FORKS && !ways.multiply() && !ways.addUp()
  } catch (error) {
    if (error instanceof Unjudged) return false
    throw error
  }
}

/** Each doubles the ways at worst. */
const MOST_FORKS = 4
/** Sets of places that are looked at before a pattern counts as too large: a millisecond. */
const MOST_STEPS = 20_000

interface Places {
  readonly sets: readonly CharSet[]
  readonly next: readonly (readonly number[])[]
  readonly starts: readonly number[]
}

function fromAnywhere({ leaves, edges, starts }: Automaton, pattern: AST.Pattern, flags: string): Places {
  const twofold = [starts, ...edges].some((ways) => [...ways.values()].includes(2))
  if (twofold) throw new Unjudged()
  const places = {
    sets: leaves.map((leaf: Leaf) => charSetOf(leaf, flags)),
    next: edges.map((ways) => [...ways.keys()]),
    starts: [...starts.keys()],
  }
  if (pattern.alternatives.every(({ elements: [first] }) => isStart(first, flags))) return places
  // An engine that looks for a match anywhere goes through what begins at each character.
  const anything = places.sets.length
  return {
    sets: [...places.sets, ANYTHING],
    next: [...places.next, [anything, ...places.starts]],
    starts: [anything, ...places.starts],
  }
}

const ANYTHING = new Uint32Array(9).fill(0xffffffff)

function isStart(element: AST.Element | undefined, flags: string): boolean {
  return element?.type === 'Assertion' && element.kind === 'start' && !flags.includes('m')
}

class Ways {
  readonly #places: Places
  /** By place, the loops it is part of: places from which it is reached and that it reaches. */
  readonly #loops: readonly ReadonlySet<number>[]
  #steps = 0

  constructor(places: Places) {
    this.#places = places
    const reached = places.next.map((_, place) => this.#reachedFrom(place))
    this.#loops = reached.map((set, place) => new Set([...set].filter((other) => reached[other]?.has(place))))
  }

  /** In how many places one character leads to several others, counting those beyond the first. */
  forks(): number {
    const counts = [this.#places.starts, ...this.#places.next].map(
      (next) => next.filter((place, i) => next.slice(0, i).some((other) => this.#meet(place, other))).length,
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Whether two ways part in a loop and meet again where they parted. */
  multiply(): boolean {
    return this.#loops.some((loop, place) => {
      if (!loop.has(place)) return false
      return this.#search([place, place], [place, place], [loop, loop], ([a, b]) => a !== b)
    })
  }

  /** Whether one loop leads to another by a text that goes round on both. */
  addUp(): boolean {
    const looping = [...this.#loops.keys()].filter((place) => this.#loops[place]?.has(place))
    return looping.some((p) =>
      looping.some((q) => {
        const [ofP, ofQ] = [this.#loops[p], this.#loops[q]]
        if (p === q || ofP === undefined || ofQ === undefined) return false
        return this.#search([p, p, q], [p, q, q], [ofP, undefined, ofQ], () => true)
      }),
    )
  }

  /** Whether as many copies come from one list of places to the other on one text, having been at a list that `parts`. */
  #search(
    from: readonly number[],
    to: readonly number[],
    within: readonly (ReadonlySet<number> | undefined)[],
    parts: (places: readonly number[]) => boolean,
  ): boolean {
    const seen = new Set<string>()
    const queue: { places: readonly number[]; parted: boolean }[] = [{ places: from, parted: false }]
    for (const { places, parted } of queue) {
      for (const next of this.#together(places, within)) {
        const nowParted = parted || parts(next)
        if (nowParted && next.every((place, i) => place === to[i])) return true
        const key = `${next.join()},${nowParted}`
        if (!seen.has(key)) queue.push({ places: next, parted: nowParted })
        seen.add(key)
      }
    }
    return false
  }

  *#together(
    places: readonly number[],
    within: readonly (ReadonlySet<number> | undefined)[],
    chosen: readonly number[] = [],
  ): Generator<readonly number[]> {
    this.#steps += 1
    if (this.#steps > MOST_STEPS) throw new Unjudged()
    if (chosen.length === places.length) {
      yield chosen
      return
    }
    for (const next of this.#places.next[places[chosen.length] ?? 0] ?? []) {
      if (within[chosen.length]?.has(next) === false || !this.#meet(next, ...chosen)) continue
      yield* this.#together(places, within, [...chosen, next])
    }
  }

  #meet(...places: readonly number[]): boolean {
    return overlap(...places.flatMap((place) => this.#places.sets[place] ?? []))
  }

  #reachedFrom(place: number): ReadonlySet<number> {
    const reached = new Set<number>()
    const queue = [place]
    for (const at of queue)
      for (const next of this.#places.next[at] ?? []) {
        if (!reached.has(next)) queue.push(next)
        reached.add(next)
      }
    return reached
  }
}
