import { isIP } from 'node:net'
import {
  type AddressHealth,
  type HealthReport,
  MOST_OF_HEALTH,
  type TargetHealth,
  type UpstreamHealth,
} from '@biplane/protocol'
import type { AddressReport, TargetReport, UpstreamReport } from '../health/health-report.ts'

/** Names whose addresses are all well are told while there are few: that is for people to look at. */
const MOST_WELL = { targets: 100, addresses: 200 } as const

/** Makes what a control plane is told of what a node thinks, and remembers since when it has thought so. */
export class ToldHealth {
  #unhealthySince: ReadonlyMap<string, number> = new Map()

  /** @param now milliseconds since the epoch */
  report(upstreams: readonly UpstreamReport[], now: number): HealthReport {
    const since = new Map<string, number>()
    const sinceOf = (target: TargetReport, address: AddressReport) => {
      const key = `${target.id} ${address.ip} ${address.port}`
      const moment = this.#unhealthySince.get(key) ?? now
      since.set(key, moment)
      return moment
    }
    const said = upstreams.map((upstream) => ({
      upstream,
      ill: upstream.targets.filter(isIll).map((target) => toTold(target, sinceOf)),
      well: upstream.targets.filter(isNameThatIsWell).map((target) => toTold(target, sinceOf)),
    }))
    this.#unhealthySince = since
    return fitted(said)
  }
}

interface Said {
  readonly upstream: UpstreamReport
  readonly ill: readonly TargetHealth[]
  readonly well: readonly TargetHealth[]
}

/** What is ill comes first. An upstream of which nothing is to be said is not named: so it is healthy with all its targets. */
function fitted(said: readonly Said[]): HealthReport {
  const room = new Room(MOST_OF_HEALTH)
  const rest = new Room(MOST_WELL)
  const ill = said.map(({ ill }) => room.fitting(ill))
  const well = said.map(({ well }) =>
    rest.fitting(well.filter((target) => room.has(target))).filter((target) => room.take(target)),
  )
  const upstreams = said.flatMap(({ upstream }, at): UpstreamHealth[] => {
    const targets = [...(ill[at] ?? []), ...(well[at] ?? [])]
    return targets.length === 0 && upstream.health !== 'UNHEALTHY' ? [] : [toUpstream(upstream, targets)]
  })
  const named = upstreams
    .toSorted((a, b) => Number(a.usable) - Number(b.usable))
    .slice(0, MOST_OF_HEALTH.upstreams)
  const isCut =
    named.length < upstreams.length || said.some((each, at) => each.ill.length > (ill[at]?.length ?? 0))
  return { upstreams: named, incomplete: isCut }
}

/** How many targets and addresses may still be named. */
class Room {
  #targets: number
  #addresses: number

  constructor({ targets, addresses }: { readonly targets: number; readonly addresses: number }) {
    this.#targets = targets
    this.#addresses = addresses
  }

  has({ addresses }: TargetHealth): boolean {
    return this.#targets > 0 && this.#addresses >= addresses.length
  }

  take(target: TargetHealth): boolean {
    if (!this.has(target)) return false
    this.#targets -= 1
    this.#addresses -= target.addresses.length
    return true
  }

  fitting(targets: readonly TargetHealth[]): readonly TargetHealth[] {
    return targets.filter((target) => this.take(target))
  }
}

function toUpstream(
  { id, health, weight }: UpstreamReport,
  targets: readonly TargetHealth[],
): UpstreamHealth {
  return {
    ...{ id, targets, usable: health !== 'UNHEALTHY' },
    ...{ weight: weight.total, availableWeight: weight.available },
  }
}

function toTold(
  target: TargetReport,
  sinceOf: (target: TargetReport, address: AddressReport) => number,
): TargetHealth {
  const { id, health, dns } = target
  const addresses = target.addresses.map((address): AddressHealth => {
    const { ip, port, weight } = address
    return {
      ip,
      port,
      weight,
      unhealthySince: address.health === 'UNHEALTHY' ? sinceOf(target, address) : null,
    }
  })
  return { id, health, dns, addresses }
}

function isIll({ health, addresses }: TargetReport): boolean {
  return (
    health === 'UNHEALTHY' || health === 'DNS_ERROR' || addresses.some((each) => each.health === 'UNHEALTHY')
  )
}

/** The addresses of a name are known to the node alone. */
function isNameThatIsWell(target: TargetReport): boolean {
  return !isIll(target) && target.health === 'HEALTHY' && isIP(target.host.replace(/^\[|\]$/g, '')) === 0
}
