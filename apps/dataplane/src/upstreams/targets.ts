import type { Target, Upstream } from '@biplane/entities'
import { type Address, addressKey } from '../balancer/address.ts'
import type { Resolved } from './names.ts'

/** A target, read apart. */
export interface ParsedTarget {
  readonly id: string
  /** A name, or an IP address without brackets. */
  readonly host: string
  readonly port: number
  readonly weight: number
}

/** An address of which nobody holds yet what is known of it. */
export type Unleased = Omit<Address, 'state'>

const USUAL_WEIGHT = 100

/** Targets are stored with a port, always. */
export function parseTarget({ id, target, weight }: Target): ParsedTarget {
  const colon = target.lastIndexOf(':')
  const host = target.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return { id, host, port: Number(target.slice(colon + 1)), weight: weight ?? USUAL_WEIGHT }
}

/** For sorting: the same on every node. */
export function inOrder(a: ParsedTarget, b: ParsedTarget): number {
  return compare(a.host, b.host) || a.port - b.port
}

/** @param resolved where the name of the target leads; null for one that is an address */
export function addressesOf(
  { id: target, host, port, weight }: ParsedTarget,
  resolved: Resolved | null,
  { use_srv_name: useName }: Pick<Upstream, 'use_srv_name'>,
): Unleased[] {
  if (resolved === null) return [{ key: addressKey(host, port), ip: host, port, host, weight, target }]
  if (resolved.kind !== 'found') return []
  return resolved.places
    .map((place) => ({
      ip: place.ip,
      port: place.port ?? port,
      weight: place.weight ?? weight,
      key: addressKey(place.ip, place.port ?? port),
      host: useName && place.host !== null ? place.host : host,
      target,
    }))
    .sort((a, b) => compare(a.key, b.key))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
