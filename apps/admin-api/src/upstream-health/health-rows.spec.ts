import type { NodeOpinion } from '@biplane/database'
import type { Entity } from '@biplane/entities'
import { type AddressHealth, NOWHERE, type TargetHealth, type UpstreamHealth } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { targetRow, upstreamRow } from './health-rows.ts'
import { type Asked, viewOfTarget } from './node-view.ts'
import { isUnknownAddress } from './target-addresses.ts'

const anAddress = (ip: string, out = false): AddressHealth => ({
  ...{ ip, port: 80, weight: 10 },
  unhealthySince: out ? 5_500 : null,
})
const aTarget = (given: Partial<TargetHealth> = {}): TargetHealth => ({
  ...{ id: 't', health: 'UNHEALTHY', dns: 'A', addresses: [anAddress('10.0.0.1', true)] },
  ...given,
})
const anUpstream = (targets: readonly TargetHealth[], given: Partial<UpstreamHealth> = {}) => ({
  ...{ id: 'u', usable: true, weight: 20, availableWeight: 20, targets },
  ...given,
})
/** A node that has told so; null where it has told nothing. */
const aNode = (
  id: string,
  upstream: UpstreamHealth | null,
  more: Partial<NodeOpinion> | null = {},
): Asked => ({
  ...{ id, hostname: `${id}.test`, applied: { epoch: 'e', revision: 7, hash: 'a'.repeat(32) } },
  opinion: more === null ? null : { toldAt: 9_900, incomplete: false, upstream, ...more },
})
const well = aNode('well', null)
const ill = aNode('ill', anUpstream([aTarget()]))
const silent = aNode('silent', null, null)
const configured = (target: string, weight = 10): Entity => ({ id: 't', target, weight })
const ip = configured('10.0.0.1:80')

describe('the health of a target', () => {
  it.each<[string, readonly Asked[], string, Record<string, number>]>([
    ['no node', [], 'UNKNOWN', {}],
    ['a node that has not told', [silent], 'UNKNOWN', { UNKNOWN: 1 }],
    ['a node that says nothing of it', [well], 'HEALTHY', { HEALTHY: 1 }],
    ['a node that has no config yet', [{ ...well, applied: NOWHERE }], 'UNKNOWN', { UNKNOWN: 1 }],
    ['a node that could not say all', [aNode('cut', null, { incomplete: true })], 'UNKNOWN', { UNKNOWN: 1 }],
    [
      'a node that tells of others only',
      [aNode('o', anUpstream([aTarget({ id: 'o' })]))],
      'HEALTHY',
      { HEALTHY: 1 },
    ],
    ['one of which it is out', [well, ill, well], 'UNHEALTHY', { UNHEALTHY: 1, HEALTHY: 2 }],
    [
      'one that cannot resolve it',
      [well, aNode('d', anUpstream([aTarget({ health: 'DNS_ERROR', addresses: [] })]))],
      'DNS_ERROR',
      { DNS_ERROR: 1, HEALTHY: 1 },
    ],
    ['one that has told beside one that has not', [silent, well], 'HEALTHY', { UNKNOWN: 1, HEALTHY: 1 }],
  ])('is, by %s, %s', (_who, nodes, health, counts) => {
    expect(targetRow(ip, true, nodes, [])).toMatchObject({ health, nodes_by_health: counts })
  })

  it('is told of each node, the worst first, with since when and as of when', () => {
    expect(targetRow(ip, true, [well, silent, ill], []).nodes).toEqual([
      {
        ...{ id: 'ill', hostname: 'ill.test', health: 'UNHEALTHY', since: 5, told_at: 9 },
        unhealthy_addresses: ['10.0.0.1:80'],
      },
      {
        id: 'silent',
        hostname: 'silent.test',
        health: 'UNKNOWN',
        since: null,
        told_at: null,
        unhealthy_addresses: [],
      },
      {
        id: 'well',
        hostname: 'well.test',
        health: 'HEALTHY',
        since: null,
        told_at: 9,
        unhealthy_addresses: [],
      },
    ])
  })

  it('names fifty nodes and counts all', () => {
    const fleet = Array.from({ length: 999 }, (_, n) => aNode(`n${n}`, null))
    const { nodes, nodes_by_health } = targetRow(ip, true, [...fleet, ill], [])
    expect([nodes.length, nodes[0]?.id, nodes_by_health]).toEqual([50, 'ill', { UNHEALTHY: 1, HEALTHY: 999 }])
  })

  it('has the addresses of all nodes, each out where it is out on one of them', () => {
    const tells = (id: string, ...addresses: AddressHealth[]) =>
      aNode(id, anUpstream([aTarget({ health: 'HEALTHY', addresses })]))
    const name = configured('h.test:80')
    const nodes = [
      tells('a', anAddress('10.0.0.1'), anAddress('::1')),
      tells('b', anAddress('10.0.0.1', true)),
      well,
    ]
    const { health, data } = targetRow(name, true, nodes, [])
    expect([health, data.host, data.port, data.dns, data.nodeWeight]).toEqual([
      'HEALTHY',
      'h.test',
      80,
      'A',
      10,
    ])
    expect(data.addresses).toEqual([
      {
        ip: '10.0.0.1',
        port: 80,
        weight: 10,
        health: 'UNHEALTHY',
        nodes_by_health: { HEALTHY: 1, UNHEALTHY: 1 },
      },
      {
        ...{ ip: '0000:0000:0000:0000:0000:0000:0000:0001', port: 80, weight: 10, health: 'HEALTHY' },
        nodes_by_health: { HEALTHY: 1 },
      },
    ])
    expect(data.weight).toEqual({ total: 20, available: 10, unavailable: 10 })
  })

  it.each<[string, readonly Asked[], string]>([
    ['no node tells of', [], 'UNKNOWN'],
    ['is well', [well], 'HEALTHY'],
    ['is out on one node', [well, ill], 'UNHEALTHY'],
  ])('knows the address of a target that is one and %s', (_what, nodes, health) => {
    const { addresses } = targetRow(ip, true, nodes, []).data
    expect(addresses).toMatchObject([{ ip: '10.0.0.1', port: 80, weight: 10, health }])
  })

  it.each<[string, Entity, boolean]>([
    ['nothing is checked', ip, false],
    ['it has no weight', configured('10.0.0.1:80', 0), true],
  ])('is off where %s', (_what, target, checked) => {
    const row = targetRow(target, checked, [ill], [])
    expect(row).toMatchObject({ health: 'HEALTHCHECKS_OFF', nodes: [], nodes_by_health: {} })
    expect(row.data.addresses).toMatchObject([{ health: 'HEALTHCHECKS_OFF' }])
  })

  it('shows what it was set to by hand', () => {
    const mark = { id: 'm', target: { id: 't' }, address: null, health: 'unhealthy', updated_at: 7.5 }
    expect(targetRow(ip, true, [], [mark]).manual).toEqual([
      { address: null, health: 'unhealthy', set_at: 7.5 },
    ])
  })
})

describe('the health of an upstream', () => {
  it.each<[string, readonly Asked[], string]>([
    ['no node', [], 'UNKNOWN'],
    ['one that says nothing', [well, silent], 'HEALTHY'],
    ['one that still has enough', [ill], 'HEALTHY'],
    ['one that has not enough', [well, aNode('x', anUpstream([], { usable: false }))], 'UNHEALTHY'],
  ])('is, by %s, %s', (_who, nodes, health) => {
    expect(upstreamRow('u', true, nodes)).toMatchObject({ id: 'u', health, balancer_health: health })
  })

  it('has the weight of the node that has the least left', () => {
    const has = (id: string, availableWeight: number) => aNode(id, anUpstream([], { availableWeight }))
    expect(upstreamRow('u', true, [has('a', 15), has('b', 5), well]).details).toEqual({
      healthy: true,
      weight: { total: 20, available: 5, unavailable: 15 },
    })
    expect(upstreamRow('u', true, [well])).not.toHaveProperty('details')
    expect(upstreamRow('u', false, [has('a', 5)])).toMatchObject({ health: 'HEALTHCHECKS_OFF', nodes: [] })
  })
})

it.each<[string, string, readonly Asked[], boolean]>([
  ['nobody tells of any', '10.0.0.1:80', [well, silent], false],
  ['a node knows it', '10.0.0.1:80', [ill], false],
  ['all nodes know others', '10.0.0.2:80', [ill, ill], true],
  ['one knows others, and one has not told', '10.0.0.2:80', [well, ill], false],
  ['there are no nodes', '10.0.0.1:80', [], false],
])('an address is unknown or not where %s', (_what, address, nodes, expected) => {
  expect(
    isUnknownAddress(
      address,
      nodes.map((node) => viewOfTarget(node, 't')),
    ),
  ).toBe(expected)
})
