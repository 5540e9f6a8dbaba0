/** The value below which the given share (0 to 1) of the values lies; the values need not be sorted. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Two digits after the point, so that figures can be read. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
