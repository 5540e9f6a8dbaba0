import type { Address } from './address.ts'
import type { Choices, Choose } from './algorithm.ts'
import { lowest } from './lowest.ts'

/** Where the fewest requests are for its weight. Those that failed the request come again when all have. */
export function leastConnections({ addresses, turns }: Choices): Choose {
  const score = ({ state, weight }: Address): number => (state.open + 1) / weight
  return ({ available, failed }) => {
    const turn = turns.next()
    const untried = (address: Address): boolean => !failed.has(address.key) && available(address)
    return lowest(addresses, untried, score, turn) ?? lowest(addresses, available, score, turn)
  }
}
