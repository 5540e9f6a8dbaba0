import type { Address } from './address.ts'

/** The address with the lowest score; those that tie take turns. Undefined when none is wanted. */
export function lowest(
  addresses: readonly Address[],
  wanted: (address: Address) => boolean,
  score: (address: Address) => number,
  turn: number,
): Address | undefined {
  let best = Number.POSITIVE_INFINITY
  let ties: Address[] = []
  for (const address of addresses) {
    if (!wanted(address)) continue
    const its = score(address)
    if (its > best) continue
    if (its < best) ties = []
    best = its
    ties.push(address)
  }
  return ties[turn % ties.length]
}
