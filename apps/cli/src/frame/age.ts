/** A span of time in as few characters as tell it: `5s`, `12m`, `3h`, `9d`. */
export function shortAge(seconds: number): string {
  for (const [unit, length, from] of UNITS)
    if (seconds >= from) return `${Math.floor(seconds / length)}${unit}`
  return '0s'
}

/** Two digits tell more than one: a unit begins where the smaller one would need three. */
const UNITS = [
  ['d', 86_400, 2 * 86_400],
  ['h', 3600, 100 * 60],
  ['m', 60, 100],
  ['s', 1, 1],
] as const
