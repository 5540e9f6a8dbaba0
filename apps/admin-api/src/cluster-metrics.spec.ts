import type { JournalExtent, NodeRow } from '@biplane/database'
import { createMetrics } from '@biplane/service'
import { describe, expect, it } from 'vitest'
import { describeCluster } from './cluster-metrics.ts'
import { toSight } from './sight.ts'

const head = { epoch: 'e', revision: 40, hash: 'f'.repeat(32) }
const journal: JournalExtent = { head, oldest: { revision: 31, at: 1_700_000_000_500 } }

function aNode(id: string, given: Partial<NodeRow> = {}): NodeRow {
  return {
    id,
    hostname: `host-${id}`,
    ip: '192.0.2.1',
    version: '3.4.0',
    labels: {},
    syncStatus: 'normal',
    state: { kind: 'in_sync' },
    applied: head,
    desired: head,
    appliedAt: null,
    applyTookMs: 12,
    connectedAt: 0,
    certificateExpiresAt: null,
    duplicateOf: null,
    quarantined: [],
    reductions: [],
    understanding: null,
    lastSeen: 1_700_000_001_900,
    offlineSince: null,
    updatedAt: 0,
    hubId: 'h',
    ttl: 1,
    ...given,
  }
}

async function series(...nodes: NodeRow[]): Promise<string[]> {
  const registry = createMetrics({ processMetrics: false })
  const sight = toSight(journal, nodes)
  describeCluster(registry, () => sight)
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('describeCluster', () => {
  it("shows a node under Kong's names and ours", async () => {
    const old = { epoch: 'e', revision: 33, hash: `${'0'.repeat(30)}ff` }
    const lines = await series(
      aNode('a', { applied: old, state: { kind: 'behind' }, syncStatus: 'plugin_set_incompatible' }),
    )
    expect(lines).toEqual([
      'kong_datastore_reachable 1',
      'biplane_journal_revisions 10',
      'biplane_journal_oldest_timestamp_seconds 1700000000.5',
      'biplane_nodes{state="rejected"} 0',
      'biplane_nodes{state="withheld"} 0',
      'biplane_nodes{state="behind"} 1',
      'biplane_nodes{state="in_sync"} 0',
      'biplane_nodes{state="offline"} 0',
      'kong_data_plane_last_seen{node_id="a",hostname="host-a",ip="192.0.2.1"} 1700000001',
      'kong_data_plane_config_hash{node_id="a",hostname="host-a",ip="192.0.2.1"} 255',
      'kong_data_plane_version_compatible{node_id="a",hostname="host-a",ip="192.0.2.1",kong_version="3.4.0"} 0',
      'biplane_node_state{node_id="a",hostname="host-a",state="behind"} 1',
      'biplane_node_revision{node_id="a",hostname="host-a"} 33',
      'biplane_node_lag_revisions{node_id="a",hostname="host-a"} 7',
      'biplane_node_apply_duration_seconds{node_id="a",hostname="host-a"} 0.012',
    ])
  })

  it.each<[string, Partial<NodeRow>, string | null]>([
    ['a node ahead of the head that was read', { applied: { ...head, revision: 41 } }, 'lag_revisions{} 0'],
    ['a node of another epoch', { applied: { ...head, epoch: 'o', revision: 39 } }, 'lag_revisions{} 40'],
    ['a node that has applied nothing', { applyTookMs: null }, null],
  ])('shows %s', async (_what, given, expected) => {
    const lines = (await series(aNode('a', given))).map((line) => line.replace(/\{.*\}/, '{}'))
    if (expected === null) expect(lines.filter((line) => line.includes('apply_duration'))).toEqual([])
    else expect(lines).toContain(`biplane_node_${expected}`)
  })

  it.each([
    ['unknown', 1],
    ['normal', 1],
    ['filter_set_incompatible', 1],
    ['kong_version_incompatible', 0],
    ['plugin_version_incompatible', 0],
  ] as const)('counts %s as compatible: %i', async (syncStatus, value) => {
    const lines = await series(aNode('a', { syncStatus }))
    expect(lines.find((line) => line.startsWith('kong_data_plane_version'))).toMatch(new RegExp(` ${value}$`))
  })

  it('counts every node, and shows a thousand, those in trouble first', async () => {
    const nodes = Array.from({ length: 1_200 }, (_, i) => aNode(`n${i}`))
    const last = aNode('z', { state: { kind: 'withheld', reason: { kind: 'source_empty', message: '' } } })
    const lines = await series(...nodes, aNode('y', { state: { kind: 'offline' } }), last)
    expect(lines).toContain('biplane_nodes{state="in_sync"} 1200')
    expect(lines).toContain('biplane_nodes{state="offline"} 1')
    const shown = lines.filter((line) => line.startsWith('biplane_node_state'))
    expect(shown).toHaveLength(1_000)
    expect(shown[0]).toContain('node_id="z"')
  })

  it('leaves out what it cannot know while the database is away', async () => {
    const registry = createMetrics({ processMetrics: false })
    describeCluster(registry, () => null)
    const lines = (await registry.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(lines).toEqual(['kong_datastore_reachable 0'])
  })
})
