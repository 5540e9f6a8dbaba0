import type { Choices, Choose } from './algorithm.ts'
import { Wheel } from './wheel.ts'

/**
 * Everybody in turn, by weight. The turns of those that cannot be had, or failed the request before, go to the others by
 * their weights; only when all have failed it they begin anew.
 */
export function roundRobin({ addresses, turns, substitutes }: Choices): Choose {
  const wheel = new Wheel(addresses)
  return ({ available, failed }) => {
    const next = wheel.at(turns.next())
    if (next === undefined || (available(next) && !failed.has(next.key))) return next
    const usable = addresses.filter(available)
    const untried = usable.filter(({ key }) => !failed.has(key))
    return new Wheel(untried.length > 0 ? untried : usable).at(substitutes.next())
  }
}
