import type { Leaf } from './automaton.ts'

/** The characters that a pattern tells apart, one for each sort of them. */
export interface Alphabet {
  /** Those that people can read come first. */
  readonly chars: readonly string[]
  /** Of one of these. */
  accepts(leaf: Leaf, char: string): boolean
  /** A character that both accept. */
  shared(a: Leaf, b: Leaf): string | undefined
}

/** @param flags those of the pattern */
export function alphabetOf(leaves: readonly Leaf[], flags: string): Alphabet {
  const sets = new Map(leaves.map(({ raw }) => [raw, new RegExp(`^${raw}$`, flags.replace('m', ''))]))
  const memberships = [...new Set([...READABLE, ...leaves.flatMap(edgesOf), ...UNREADABLE])].map(
    (char) => [char, [...sets].flatMap(([raw, regex]) => (regex.test(char) ? [raw] : []))] as const,
  )
  const bySort = new Map<string, readonly [string, ReadonlySet<string>]>()
  for (const [char, raws] of memberships) {
    const sort = JSON.stringify(raws)
    if (!bySort.has(sort)) bySort.set(sort, [char, new Set(raws)])
  }
  const sorts = [...bySort.values()]
  const accepted = new Map(
    [...sets.keys()].map((raw) => [
      raw,
      new Set(sorts.flatMap(([char, raws]) => (raws.has(raw) ? [char] : []))),
    ]),
  )
  const shared = new Map<string, Map<string, string | undefined>>()
  return {
    chars: sorts.map(([char]) => char),
    accepts: ({ raw }, char) => accepted.get(raw)?.has(char) === true,
    shared({ raw: a }, { raw: b }) {
      const ofA = shared.get(a) ?? new Map<string, string | undefined>()
      shared.set(a, ofA)
      if (!ofA.has(b)) ofA.set(b, sorts.find(([, raws]) => raws.has(a) && raws.has(b))?.[0])
      return ofA.get(b)
    },
  }
}

/** One of each sort that escapes tell apart, and signs that stand for themselves in paths. */
const READABLE = ['a', '!', '0', '-', '/', 'A', '_', '.', 'z', 'f', '9', ' ']
const UNREADABLE = ['\n', '\t', '\u00e9', '\u2028', '\u0000']

/** The characters at which what a leaf accepts begins and ends, and those beside them. */
function edgesOf(leaf: Leaf): readonly string[] {
  if (leaf.type === 'CharacterSet') return []
  if (leaf.type === 'Character') return around(leaf.value, leaf.value)
  return leaf.elements.flatMap((element) => {
    if (element.type === 'Character') return around(element.value, element.value)
    return element.type === 'CharacterClassRange' ? around(element.min.value, element.max.value) : []
  })
}

function around(min: number, max: number): readonly string[] {
  return [min, max, min - 1, max + 1]
    .filter((code) => code >= 0 && code <= 0xffff)
    .map((code) => String.fromCharCode(code))
}
