import type * as wire from '../gen/biplane/sync/v1/sync.ts'
import {
  type AddressHealth,
  type HealthReport,
  MOST_OF_HEALTH,
  type NodeHealth,
  TARGET_STATES,
  type TargetHealth,
  type UpstreamHealth,
} from '../health.ts'

// What nodes tell of the health of targets ↔ the generated wire types.

export function toHealth({ upstreams, incomplete }: HealthReport): wire.Health {
  return {
    incomplete,
    upstreams: upstreams.map(({ targets, ...upstream }) => ({
      ...upstream,
      targets: targets.map(({ addresses, ...target }) => ({
        ...target,
        addresses: addresses.map(({ unhealthySince, ...address }) => ({
          ...address,
          unhealthySince: unhealthySince ?? undefined,
        })),
      })),
    })),
  }
}

/** A node may say anything: whatever there is of it then is kept, listed and sent on, so it has to have a size. */
export function fromHealth({ upstreams, incomplete }: wire.Health): HealthReport {
  const room = { ...MOST_OF_HEALTH }
  let isCut = incomplete
  const take = <T>(list: readonly T[], what: keyof typeof room): readonly T[] => {
    const taken = list.slice(0, room[what])
    Object.assign(room, { [what]: room[what] - taken.length })
    isCut ||= taken.length < list.length
    return taken
  }
  const taken = take(upstreams, 'upstreams').map(
    ({ targets, id, ...upstream }): UpstreamHealth => ({
      ...upstream,
      id: shortened(id),
      targets: take(targets, 'targets').map(
        ({ addresses, ...target }): TargetHealth => ({
          id: shortened(target.id),
          health: TARGET_STATES.find((state) => state === target.health) ?? 'UNHEALTHY',
          dns: shortened(target.dns),
          addresses: take(addresses, 'addresses').map(fromAddress),
        }),
      ),
    }),
  )
  return { upstreams: taken, incomplete: isCut }
}

export function toNodeHealth({ health, ...rest }: NodeHealth): wire.NodeHealth {
  return { ...rest, health: toHealth(health) }
}

export function fromNodeHealth({ health, ...rest }: wire.NodeHealth): NodeHealth {
  return { ...rest, health: fromHealth(health ?? { upstreams: [], incomplete: true }) }
}

function fromAddress({ ip, port, weight, unhealthySince }: wire.AddressHealth): AddressHealth {
  return { ip: shortened(ip), port, weight, unhealthySince: unhealthySince ?? null }
}

/** Long enough for an id, an address and a word. */
function shortened(text: string): string {
  return text.slice(0, 64)
}
