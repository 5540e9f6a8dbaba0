import { MOST_OF_HEALTH } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import type { AddressReport, HealthWord, TargetReport, UpstreamReport } from '../health/health-report.ts'
import { ToldHealth } from './told-health.ts'

type Word = AddressReport['health']

/** A target of this name with addresses 10.0.0.1, 10.0.0.2, … that are so well. */
function aTarget(
  id: string,
  host: string,
  words: readonly Word[],
  health: HealthWord = best(words),
): TargetReport {
  const addresses = words.map((word, at) => ({ ip: `10.0.0.${at + 1}`, port: 80, weight: 10, health: word }))
  const weight = { total: 10 * words.length, available: 0, unavailable: 0 }
  return {
    ...{ id, host, health, addresses, weight },
    target: `${host}:80`,
    port: 80,
    dns: 'A',
    nodeWeight: 10,
  }
}

function best(words: readonly Word[]): HealthWord {
  if (words.length === 0) return 'DNS_ERROR'
  return words.includes('HEALTHY') ? 'HEALTHY' : 'UNHEALTHY'
}

function anUpstream(id: string, targets: readonly TargetReport[], health: Word = 'HEALTHY'): UpstreamReport {
  const weight = { total: 20, available: health === 'HEALTHY' ? 20 : 0, unavailable: 0 }
  return { id, name: `${id}.test`, health, weight, targets }
}

const tell = (...upstreams: UpstreamReport[]) => new ToldHealth().report(upstreams, 7)
const NOTHING = { upstreams: [], incomplete: false }

describe('what a control plane is told of health', () => {
  it.each<[string, TargetReport]>([
    ['an address that is well', aTarget('t', '10.0.0.1', ['HEALTHY'])],
    ['an IPv6 address that is well', aTarget('t', '[0000:0000:0000:0000:0000:0000:0000:0001]', ['HEALTHY'])],
    ['a target without weight', aTarget('t', 'h.test', ['HEALTHCHECKS_OFF'], 'HEALTHCHECKS_OFF')],
  ])('is nothing of %s', (_what, target) => {
    expect(tell(anUpstream('u', [target]))).toEqual(NOTHING)
  })

  it.each<[string, TargetReport, (number | null)[]]>([
    ['an address that is out', aTarget('t', '10.0.0.1', ['UNHEALTHY']), [7]],
    ['a name with one address that is out', aTarget('t', 'h.test', ['HEALTHY', 'UNHEALTHY']), [null, 7]],
    ['a name without any', aTarget('t', 'h.test', []), []],
    ['a name whose addresses are well', aTarget('t', 'h.test', ['HEALTHY', 'HEALTHY']), [null, null]],
  ])('is all of %s', (_what, target, since) => {
    const { upstreams, incomplete } = tell(anUpstream('u', [target, aTarget('w', '10.0.0.9', ['HEALTHY'])]))
    expect(incomplete).toBe(false)
    expect(upstreams).toMatchObject([
      {
        id: 'u',
        usable: true,
        weight: 20,
        availableWeight: 20,
        targets: [{ id: 't', health: target.health, dns: 'A' }],
      },
    ])
    expect(upstreams[0]?.targets[0]?.addresses.map(({ unhealthySince }) => unhealthySince)).toEqual(since)
  })

  it('names an upstream that cannot be used, whatever its targets are', () => {
    const { upstreams } = tell(anUpstream('u', [aTarget('t', '10.0.0.1', ['HEALTHY'])], 'UNHEALTHY'))
    expect(upstreams).toMatchObject([{ id: 'u', usable: false, availableWeight: 0, targets: [] }])
  })

  it('says since when an address has been out, until it is well again', () => {
    const told = new ToldHealth()
    const since = (word: Word, now: number) => {
      const { upstreams } = told.report([anUpstream('u', [aTarget('t', 'h.test', [word])])], now)
      return upstreams[0]?.targets[0]?.addresses[0]?.unhealthySince
    }
    const seen = [
      since('HEALTHY', 1),
      since('UNHEALTHY', 2),
      since('UNHEALTHY', 3),
      since('HEALTHY', 4),
      since('UNHEALTHY', 5),
    ]
    expect(seen).toEqual([null, 2, 2, null, 5])
  })

  it('names what is ill before what is well, and says where there was no room for all of it', () => {
    const well = Array.from({ length: 1000 }, (_, n) => aTarget(`w${n}`, 'h.test', ['HEALTHY']))
    const ill = Array.from({ length: 499 }, (_, n) => aTarget(`i${n}`, '10.0.0.1', ['UNHEALTHY']))
    const some = tell(anUpstream('a', well), anUpstream('b', ill))
    const names = some.upstreams.flatMap(({ targets }) => targets.map(({ id }) => id))
    expect([some.incomplete, names.length]).toEqual([false, MOST_OF_HEALTH.targets])
    expect(names.filter((name) => name.startsWith('i'))).toHaveLength(499)
    const many = tell(anUpstream('a', well), anUpstream('b', [...ill, ...ill]))
    expect([many.incomplete, many.upstreams.flatMap(({ targets }) => targets).length]).toEqual([true, 500])
    const fleet = Array.from({ length: 1000 }, (_, n) =>
      anUpstream(`u${n}`, [aTarget('t', 'h.test', ['HEALTHY'])]),
    )
    const down = anUpstream('down', [aTarget('t', '10.0.0.1', ['HEALTHY'])], 'UNHEALTHY')
    const last = tell(...fleet, down)
    expect(last.upstreams[0]?.id).toBe('down')
    expect([last.incomplete, last.upstreams.length]).toEqual([false, 101])
  })

  it('fits what a control plane takes, however much is wrong', () => {
    const addresses = Array.from({ length: 5 }, (): Word => 'UNHEALTHY')
    const targets = Array.from({ length: 10 }, (_, n) => aTarget(`t${n}`, 'h.test', addresses))
    const all = Array.from({ length: 1000 }, (_, n) => anUpstream(`u${n}`, targets, 'UNHEALTHY'))
    const { upstreams, incomplete } = tell(...all)
    const named = upstreams.flatMap((upstream) => upstream.targets)
    expect([incomplete, upstreams.length]).toEqual([true, MOST_OF_HEALTH.upstreams])
    expect(named.flatMap((target) => target.addresses).length).toBeLessThanOrEqual(MOST_OF_HEALTH.addresses)
  })
})
