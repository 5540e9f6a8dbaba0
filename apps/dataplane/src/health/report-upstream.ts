import { isIP } from 'node:net'
import { isHealthChecked } from '@biplane/entities'
import type { Address } from '../balancer/address.ts'
import type { BalancedUpstream } from '../runtime/balancers.ts'
import { dnsError } from '../upstreams/dns-error.ts'
import type { Resolved } from '../upstreams/names.ts'
import type { Selection } from '../upstreams/pool.ts'
import { addressesOf, inOrder, type ParsedTarget, parseTarget } from '../upstreams/targets.ts'
import type {
  AddressReport,
  HealthWord,
  TargetReport,
  UpstreamReport,
  WeightReport,
} from './health-report.ts'
import { inTime } from './in-time.ts'

/** Where upstreams and names lead, as they are now. */
export interface Known {
  readonly selection: (upstream: BalancedUpstream) => Selection | Promise<Selection>
  readonly lookup: (name: string) => Resolved | Promise<Resolved>
}

/** Tells what this node thinks of an upstream. A name that takes long to resolve has no addresses until it does. */
export async function reportUpstream(upstream: BalancedUpstream, known: Known): Promise<UpstreamReport> {
  const { id, name } = upstream.fields
  const selection = await inTime(known.selection(upstream))
  const held = Map.groupBy(selection?.addresses ?? [], ({ target }) => target)
  const parsed = [...upstream.targets.values()].map((row) => ({ row, ...parseTarget(row) })).sort(inOrder)
  const targets = await Promise.all(
    parsed.map(async (target): Promise<TargetReport> => {
      const isAddress = isIP(target.host) !== 0
      const resolved = isAddress ? null : await inTime(known.lookup(target.host))
      const addresses =
        target.weight === 0
          ? unused(target, resolved, upstream)
          : used(held.get(target.id) ?? [], upstream, selection)
      return {
        ...{ id: target.id, target: target.row.target, host: target.host, port: target.port },
        dns: dnsSource(target, resolved),
        nodeWeight: target.weight,
        health: target.weight === 0 ? 'HEALTHCHECKS_OFF' : healthOf(addresses),
        weight: weightOf(addresses),
        addresses,
      }
    }),
  )
  const { total = 0, available = 0 } = selection?.health.weight ?? {}
  const isHealthy = selection?.health.usable === true && available > 0
  return {
    ...{ id, name, targets },
    health: isHealthChecked(upstream.fields) ? wordOf(isHealthy) : 'HEALTHCHECKS_OFF',
    weight: { total, available, unavailable: total - available },
  }
}

/** Nothing is sent there, so nobody holds these. */
function unused(
  target: ParsedTarget,
  resolved: Resolved | null | undefined,
  { fields }: BalancedUpstream,
): readonly AddressReport[] {
  if (resolved === undefined) return []
  return addressesOf(target, resolved, fields).map(({ ip, port }) => ({
    ...{ ip, port, weight: 0 },
    health: 'HEALTHCHECKS_OFF',
  }))
}

function used(
  addresses: readonly Address[],
  upstream: BalancedUpstream,
  selection: Selection | undefined,
): readonly AddressReport[] {
  const isOff = !isHealthChecked(upstream.fields)
  return addresses.map((address) => {
    const { ip, port, weight } = address
    const isHealthy = selection?.health.available(address) ?? false
    return { ip, port, weight, health: isOff ? 'HEALTHCHECKS_OFF' : wordOf(isHealthy) }
  })
}

function wordOf(isHealthy: boolean): 'HEALTHY' | 'UNHEALTHY' {
  return isHealthy ? 'HEALTHY' : 'UNHEALTHY'
}

/** One that is well is enough. */
function healthOf(addresses: readonly AddressReport[]): HealthWord {
  const words = addresses.map(({ health }) => health)
  return words.find((word) => word === 'HEALTHY') ?? words.at(-1) ?? 'DNS_ERROR'
}

function weightOf(addresses: readonly AddressReport[]): WeightReport {
  let [total, unavailable] = [0, 0]
  for (const { weight, health } of addresses) {
    total += weight
    if (health === 'UNHEALTHY') unavailable += weight
  }
  return { total, available: total - unavailable, unavailable }
}

function dnsSource({ host }: ParsedTarget, resolved: Resolved | null | undefined): string {
  if (resolved === null) return host.includes(':') ? 'AAAA' : 'A'
  switch (resolved?.kind) {
    case 'found':
      return resolved.type
    case 'not-found':
      return dnsError('ENOTFOUND')
    case 'failed':
      return dnsError(resolved.reason)
    case undefined:
      return dnsError('ETIMEOUT')
  }
}
