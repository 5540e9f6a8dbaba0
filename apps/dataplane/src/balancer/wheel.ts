/**
 * Deals turns out by weight: any `total` turns in a row give each of n entries exactly its weight divided by what all
 * weights have in common, spread as evenly as can be. A wheel of that many places, without the memory for one.
 */
export class Wheel<T extends { readonly weight: number }> {
  readonly total: number
  readonly #entries: readonly T[]
  /** Of each entry, how many places it and those before it have. */
  readonly #ends: Float64Array
  readonly #step: number

  constructor(entries: readonly T[]) {
    const unit = entries.reduce((common, { weight }) => divisor(weight, common), 0)
    let end = 0
    this.#entries = entries
    this.#ends = Float64Array.from(entries, ({ weight }) => {
      end += weight / unit
      return end
    })
    this.total = end
    this.#step = stepAround(end)
  }

  /** Undefined when there are no entries. */
  at(turn: number): T | undefined {
    if (this.total === 0) return undefined
    const place = product(turn % this.total, this.#step, this.total)
    let [low, high] = [0, this.#ends.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ends[middle] ?? 0) > place) high = middle
      else low = middle + 1
    }
    return this.#entries[low]
  }
}

/** Steps of the golden ratio come to no place twice too soon; without a common divisor, to every place once. */
function stepAround(total: number): number {
  let step = Math.max(1, Math.round(total * 0.618_033_988_75))
  while (divisor(step, total) > 1) step += 1
  return step
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}

/** a × b modulo m, exact for all below 2^34, in two halves. */
function product(a: number, b: number, m: number): number {
  const low = b % 65_536
  const high = (b - low) / 65_536
  return (((a * high) % m) * 65_536 + a * low) % m
}
