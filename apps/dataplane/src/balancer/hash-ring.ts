import type { Address } from './address.ts'
import type { Choices, Choose } from './algorithm.ts'
import { xxHash32 } from './xx-hash.ts'

const FEWEST_SLOTS = 1000
/** How many points a target of average weight has. */
const POINTS = 160

/**
 * A ring of points, each of an address. What is hashed goes to the nearest point below it that can be had, a repeated try
 * too: as in Kong, only health takes it elsewhere. Whatever node builds it of the same addresses builds the same.
 */
export function hashRing({ addresses, targets, slots }: Choices): Choose {
  const size = Math.max(slots, FEWEST_SLOTS)
  const { points, below } = ringOf(addresses, targets, size)
  return ({ hash, available }) => {
    const first = below[slotOf(hash, size)] ?? 0
    for (let i = 0; i < points.length; i++) {
      const address = points[(first - i + points.length) % points.length]
      if (address !== undefined && available(address)) return address
    }
    return undefined
  }
}

/** Kong takes the hash as a signed number; the unsigned one lies elsewhere unless there are 2^n slots. */
export function slotOf(text: string, slots: number): number {
  const rest = xxHash32(text) % slots
  return rest < 0 ? rest + slots : rest
}

interface Ring {
  /** In the order of their slots. */
  readonly points: readonly Address[]
  /** For each slot the place of the point in it, or else the nearest below. */
  readonly below: Uint32Array
}

function ringOf(addresses: readonly Address[], targets: number, slots: number): Ring {
  const owners = fill(addresses, targets, slots)
  const points: Address[] = []
  const below = new Uint32Array(slots)
  for (const [slot, owner] of owners.entries()) {
    if (owner !== undefined) points.push(owner)
    below[slot] = points.length - 1
  }
  // Below the first point comes the last one.
  for (let slot = 0; owners[slot] === undefined && slot < slots; slot++) below[slot] = points.length - 1
  return { points, below }
}

/** Where the points of all do not fit, for which Kong builds no ring, each target has half as many, and half of these. */
function fill(addresses: readonly Address[], targets: number, slots: number): (Address | undefined)[] {
  const total = addresses.reduce((sum, { weight }) => sum + weight, 0)
  for (let points = POINTS; ; points /= 2) {
    const wanted = addresses.map(({ weight }) => Math.max(1, Math.floor((weight / total) * targets * points)))
    // With one point each, those that find no slot are left out.
    const isLast = targets * points < 1
    if (!isLast && wanted.reduce((sum, count) => sum + count, 0) > slots) continue
    const { owners, fits } = place(addresses, wanted, slots)
    if (fits || isLast) return owners
  }
}

/** Ends when the ring is full: to go on looking for a free slot would take a thousand targets seconds. */
function place(
  addresses: readonly Address[],
  wanted: readonly number[],
  slots: number,
): { readonly owners: (Address | undefined)[]; readonly fits: boolean } {
  const owners = new Array<Address | undefined>(slots).fill(undefined)
  let free = slots
  let fits = true
  for (const [at, address] of addresses.entries()) {
    const name = address.key.replace(/:(?=\d+$)/, '::')
    let left = wanted[at] ?? 0
    for (let i = 1; left > 0 && free > 0 && i <= slots; i++) {
      const slot = slotOf(`${name} ${i}`, slots)
      if (owners[slot] !== undefined) continue
      owners[slot] = address
      free -= 1
      left -= 1
    }
    fits &&= left === 0
  }
  return { owners, fits }
}
