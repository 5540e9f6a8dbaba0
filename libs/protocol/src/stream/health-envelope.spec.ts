import { describe, expect, it } from 'vitest'
import { MOST_OF_HEALTH, type TargetHealth, type UpstreamHealth } from '../health.ts'
import { fromHealth, fromNodeHealth, toHealth, toNodeHealth } from './health-envelope.ts'

const anAddress = { ip: '10.0.0.1', port: 80, weight: 100, unhealthySince: 7 }
const aTarget: TargetHealth = { id: 't', health: 'UNHEALTHY', dns: 'A', addresses: [anAddress] }
const anUpstream: UpstreamHealth = {
  id: 'u',
  usable: true,
  weight: 1,
  availableWeight: 0,
  targets: [aTarget],
}
const many = <T>(one: T, count: number): readonly T[] => Array.from({ length: count }, () => one)
const read = (...upstreams: UpstreamHealth[]) => fromHealth(toHealth({ upstreams, incomplete: false }))

describe('what a node tells of health', () => {
  it('is read as it was told', () => {
    expect(read(anUpstream)).toEqual({ upstreams: [anUpstream], incomplete: false })
    const told = { nodeId: 'n', instance: 'i', session: 3, toldAt: 5 }
    const whole = { ...told, health: { upstreams: [anUpstream], incomplete: true } }
    expect(fromNodeHealth(toNodeHealth(whole))).toEqual(whole)
  })

  it.each<[string, UpstreamHealth[]]>([
    ['upstreams', [...many(anUpstream, MOST_OF_HEALTH.upstreams + 1)]],
    ['targets of one', [{ ...anUpstream, targets: many({ ...aTarget, addresses: [] }, 501) }]],
    ['targets of several', [...many({ ...anUpstream, targets: many(aTarget, 200) }, 3)]],
    ['addresses', [{ ...anUpstream, targets: many({ ...aTarget, addresses: many(anAddress, 501) }, 2) }]],
  ])('is cut where there are too many %s, and says so', (_what, upstreams) => {
    const health = read(...upstreams)
    const targets = health.upstreams.flatMap((upstream) => upstream.targets)
    expect(health.incomplete).toBe(true)
    expect(health.upstreams.length).toBeLessThanOrEqual(MOST_OF_HEALTH.upstreams)
    expect(targets.length).toBeLessThanOrEqual(MOST_OF_HEALTH.targets)
    expect(targets.flatMap(({ addresses }) => addresses).length).toBeLessThanOrEqual(MOST_OF_HEALTH.addresses)
  })

  it('has short texts, and takes a word of a newer release for trouble', () => {
    const long = 'x'.repeat(1000)
    const target = { id: long, health: 'HALF', dns: long, addresses: [{ ...anAddress, ip: long }] }
    const { upstreams } = fromHealth({
      upstreams: [
        { ...anUpstream, id: long, targets: [{ ...target, addresses: [{ ip: long, port: 1, weight: 1 }] }] },
      ],
      incomplete: false,
    })
    expect(JSON.stringify(upstreams).length).toBeLessThan(500)
    expect(upstreams[0]?.targets[0]).toMatchObject({
      health: 'UNHEALTHY',
      addresses: [{ unhealthySince: null }],
    })
  })
})
