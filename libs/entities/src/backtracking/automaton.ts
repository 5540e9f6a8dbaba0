import type { AST } from '@eslint-community/regexpp'

/** What stands for one character of a text. */
export type Leaf = AST.Character | AST.CharacterSet | AST.CharacterClass

/** A pattern that cannot be judged, for what it says or for its size. */
export class Unjudged extends Error {
  override readonly name = 'Unjudged'
}

/**
 * The places of a pattern where a character is matched, and from which to which a match may go on: in how many ways, up to
 * 2, since more make no difference. (Glushkov's automaton, which has no empty steps, with those that it leaves out counted:
 * a matcher goes through each of them.)
 */
export interface Automaton {
  readonly leaves: readonly Leaf[]
  /** By place. */
  readonly edges: readonly Ways[]
  /** Where a match may begin. */
  readonly starts: Ways
}

/** Places, and in how many ways each is reached: 1 or 2. */
type Ways = ReadonlyMap<number, number>

/** Repetitions of more are taken for endless ones: those that differ by less can be told apart by trying. */
export const ENDLESS = 16

const MOST_PLACES = 300
const MOST_PARTS = 3000
const MOST_EDGES = 20_000

/** @throws Unjudged for back references, for assertions about what came before, and for what is too large */
export function automatonOf({ alternatives }: AST.Pattern): Automaton {
  const builder = new Builder()
  const { first } = builder.oneOf(alternatives)
  return { leaves: builder.leaves, edges: builder.edges, starts: first }
}

/** A piece of the pattern: in how many ways it matches nothing, and where matches of something begin and end. */
interface Piece {
  readonly empty: number
  readonly first: Ways
  readonly last: Ways
}

const NOTHING: Ways = new Map()
const EMPTY: Piece = { empty: 1, first: NOTHING, last: NOTHING }
const cap = (ways: number): number => Math.min(ways, 2)

class Builder {
  readonly leaves: Leaf[] = []
  readonly edges: Map<number, number>[] = []
  #parts = 0
  #edges = 0

  oneOf(alternatives: readonly AST.Alternative[]): Piece {
    const pieces = alternatives.map(({ elements }) =>
      elements.map((element) => this.#pieceOf(element)).reduce((a, b) => this.#joined(a, b), EMPTY),
    )
    return {
      empty: cap(pieces.reduce((sum, { empty }) => sum + empty, 0)),
      first: added(pieces.map(({ first }) => [first, 1])),
      last: added(pieces.map(({ last }) => [last, 1])),
    }
  }

  #pieceOf(element: AST.Element): Piece {
    this.#parts += 1
    if (this.#parts > MOST_PARTS) throw new Unjudged()
    switch (element.type) {
      case 'Group':
        if (element.modifiers !== null) throw new Unjudged()
        return this.oneOf(element.alternatives)
      case 'CapturingGroup':
        return this.oneOf(element.alternatives)
      case 'Quantifier':
        return this.#repeated(element)
      case 'Assertion':
        return this.#asserted(element)
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
        return this.#leaf(element)
      case 'Backreference':
      case 'ExpressionCharacterClass':
        throw new Unjudged()
    }
  }

  #leaf(leaf: Leaf): Piece {
    const place = this.leaves.push(leaf) - 1
    if (place >= MOST_PLACES) throw new Unjudged()
    this.edges.push(new Map())
    const here = new Map([[place, 1]])
    return { empty: 0, first: here, last: here }
  }

  /** What is looked for ahead may begin here and leads nowhere. */
  #asserted(assertion: AST.Assertion): Piece {
    if (assertion.kind === 'lookbehind') throw new Unjudged()
    if (assertion.kind !== 'lookahead') return EMPTY
    return { ...EMPTY, first: this.oneOf(assertion.alternatives).first }
  }

  /** An iteration that is not required is never empty, so that what is optional matches nothing in one way. */
  #repeated({ element, min, max }: AST.Quantifier): Piece {
    if (max >= ENDLESS) {
      const piece = this.#pieceOf(element)
      this.#connect(piece.last, piece.first)
      return min === 0 ? { ...piece, empty: 1 } : piece
    }
    let piece = EMPTY
    for (let count = max; count > 0; count--) {
      piece = this.#joined(this.#pieceOf(element), piece)
      if (count > min) piece = { ...piece, empty: 1 }
    }
    return piece
  }

  #joined(a: Piece, b: Piece): Piece {
    this.#connect(a.last, b.first)
    return {
      empty: cap(a.empty * b.empty),
      first: added([
        [a.first, 1],
        [b.first, a.empty],
      ]),
      last: added([
        [b.last, 1],
        [a.last, b.empty],
      ]),
    }
  }

  #connect(from: Ways, to: Ways): void {
    for (const [place, before] of from) {
      for (const [next, after] of to) {
        this.#edges += 1
        if (this.#edges > MOST_EDGES) throw new Unjudged()
        const ways = this.edges[place]
        ways?.set(next, cap((ways.get(next) ?? 0) + before * after))
      }
    }
  }
}

function added(all: readonly (readonly [Ways, number])[]): Ways {
  const sum = new Map<number, number>()
  for (const [ways, times] of all) {
    if (times === 0) continue
    for (const [place, count] of ways) sum.set(place, cap((sum.get(place) ?? 0) + count * times))
  }
  return sum
}
