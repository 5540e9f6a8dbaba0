import { seeded } from '../seeded.ts'

/** Choices that a seed repeats exactly. */
export interface Random {
  /** A whole number from 0, below the limit. */
  below(limit: number): number
  chance(probability: number): boolean
  /** @throws RangeError for an empty list */
  pick<T extends NonNullable<unknown> | null>(list: readonly T[]): T
  /** One of the values, each as likely as its weight says. @throws RangeError where there is none */
  weighted<T extends NonNullable<unknown>>(choices: readonly (readonly [weight: number, value: T])[]): T
  /** At most `most` members of a list, in its order. */
  some<T>(list: readonly T[], most: number): readonly T[]
}

/** A stream of its own for every list of numbers. */
export function random(...seeds: readonly number[]): Random {
  const next = seeded(
    seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x01000193) ^ (mixed >>> 13), 0x811c9dc5),
  )
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick(list) {
      const chosen = list[below(list.length)]
      if (chosen === undefined) throw new RangeError('there is nothing to choose from')
      return chosen
    },
    weighted(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of choices) {
        left -= weight
        if (left < 0) return value
      }
      throw new RangeError('there is nothing to choose from')
    },
    some(list, most) {
      const wanted = new Set(Array.from({ length: below(most + 1) }, () => below(list.length)))
      return list.filter((_, at) => wanted.has(at))
    },
  }
}
