import { flatness } from './flatness.ts'
import { allowedOf, MEASURES, type Measured } from './measures.ts'

/** In less time nothing can be said of memory. */
export const LONG_SECONDS = 240

/** What grew by more than it may. */
export function grown(measured: Measured): readonly string[] {
  return [...measured].flatMap(([name, samples]) => {
    const flat = flatness(samples)
    const { unit } = MEASURES[name]
    if (flat === undefined || flat.grown <= allowedOf(name, flat)) return []
    return [`${name} grew by ${flat.grown.toFixed(0)} ${unit} in ${flat.seconds.toFixed(0)} s`]
  })
}

/** A line of each measure of a node. */
export function growthText(measured: Measured, node: string): readonly string[] {
  return [...measured].flatMap(([name, samples]) => {
    const flat = flatness(samples)
    if (flat === undefined) return []
    const { unit } = MEASURES[name]
    const of = (value: number) => `${value.toFixed(0)}${unit === '' ? '' : ` ${unit}`}`
    const allowed = allowedOf(name, flat)
    const bound = Number.isFinite(allowed) ? `, allowed is ${of(allowed)}` : ''
    return [
      `${node}, ${name}: ${of(flat.from)}, at the end ${of(flat.to)}, at most ${of(flat.most)}; in the last ${flat.seconds.toFixed(0)} s it tends to grow by ${of(flat.grown)}${bound}`,
    ]
  })
}
