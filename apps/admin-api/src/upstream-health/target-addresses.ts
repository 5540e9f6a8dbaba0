import { addressProblem, normalTarget } from '@biplane/entities'
import { addressName, type NodeView, type ViewHealth, worst } from './node-view.ts'

/** Names may resolve to others on each node. */
const MOST_ADDRESSES = 100

export interface ShownAddress {
  readonly ip: string
  readonly port: number
  readonly weight: number
  readonly health: ViewHealth
  /** On how many nodes it is in use, and on how many not. */
  readonly nodes_by_health: Readonly<Record<string, number>>
}

/** A target as it is configured. */
export interface ConfiguredTarget {
  /** `host:port`, an IPv6 address in brackets. */
  readonly target: string
  readonly weight: number
}

/**
 * The addresses of a target on any node: out where it is out on one of them. The address of a target that is one is known
 * though no node tells of it.
 */
export function addressesOf(target: ConfiguredTarget, views: readonly NodeView[]): readonly ShownAddress[] {
  const known = new Map<string, { readonly weight: number; readonly healths: ViewHealth[] }>()
  const own = addressProblem(target.target) === undefined ? normalTarget(target.target) : null
  const add = (key: string, weight: number, health: ViewHealth) => {
    const address = known.get(key) ?? { weight, healths: [] }
    if (known.size < MOST_ADDRESSES) known.set(key, address)
    address.healths.push(health)
  }
  for (const { told, health } of views) {
    for (const { ip, port, weight, unhealthySince } of told?.addresses ?? [])
      add(normalTarget(addressName(ip, port)), weight, unhealthySince === null ? 'HEALTHY' : 'UNHEALTHY')
    if (own !== null && told === null) add(own, target.weight, health)
  }
  if (own !== null && known.size === 0)
    return [{ ...placeOf(own), weight: target.weight, health: 'UNKNOWN', nodes_by_health: {} }]
  return [...known].map(([key, { weight, healths }]) => ({
    ...placeOf(key),
    weight,
    health: worst(healths),
    nodes_by_health: counted(healths),
  }))
}

/**
 * Whether all nodes have told the addresses of a target, and none this one of it. What a few of them tell is not enough: it
 * would keep an operator from an address that the others have.
 */
export function isUnknownAddress(address: string, views: readonly NodeView[]): boolean {
  const told = views.map((view) => view.told?.addresses ?? [])
  const isKnown = told.flat().some(({ ip, port }) => normalTarget(addressName(ip, port)) === address)
  return !isKnown && told.length > 0 && told.every((addresses) => addresses.length > 0)
}

/** An IPv6 address without its brackets. */
export function placeOf(target: string): { readonly ip: string; readonly port: number } {
  const colon = target.lastIndexOf(':')
  return { ip: target.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(target.slice(colon + 1)) }
}

function counted(healths: readonly ViewHealth[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(healths, (health) => health)
  return Object.fromEntries([...groups].map(([health, those]) => [health, those.length]))
}
