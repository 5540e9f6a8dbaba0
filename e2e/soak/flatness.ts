/** A value at a time. */
export interface Sample {
  readonly seconds: number
  readonly value: number
}

export interface Flatness {
  /** The median at the beginning and at the end of the time that is judged. */
  readonly from: number
  readonly to: number
  readonly most: number
  /** How much it has grown in that time, by its trend. */
  readonly grown: number
  /** Of that time. */
  readonly seconds: number
}

const WINDOWS = 12
/** What a process needs to come to rest: caches fill, code is compiled. */
const WARM_UP = 1 / 3

/**
 * The trend of a value after the warm-up: the median of all slopes between the medians of windows (Theil and Sen), so that
 * neither garbage collection nor a burst decides.
 */
export function flatness(samples: readonly Sample[]): Flatness | undefined {
  const end = samples.at(-1)?.seconds ?? 0
  const begin = end * WARM_UP
  const length = (end - begin) / WINDOWS
  const medians = Array.from({ length: WINDOWS }, (_, index) => {
    const from = begin + index * length
    const inside = samples.filter(({ seconds }) => seconds >= from && seconds <= from + length)
    return inside.length === 0
      ? []
      : [{ seconds: from + length / 2, value: median(inside.map(({ value }) => value)) }]
  }).flat()
  const [first, last] = [medians[0], medians.at(-1)]
  if (first === undefined || last === undefined || medians.length < WINDOWS / 2) return undefined
  const slopes = medians.flatMap((one, index) =>
    medians.slice(index + 1).map((other) => (other.value - one.value) / (other.seconds - one.seconds)),
  )
  return {
    from: first.value,
    to: last.value,
    most: Math.max(...samples.map(({ value }) => value)),
    grown: median(slopes) * (last.seconds - first.seconds),
    seconds: end - begin,
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
