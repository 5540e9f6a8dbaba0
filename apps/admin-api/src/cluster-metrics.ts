import type { JournalExtent, NodeRow } from '@biplane/database'
import { gaugeOf, type Registry, type Sample } from '@biplane/service'
import type { Sight } from './sight.ts'

/** Kong's metrics of data planes, and ours of the line. What cannot be known is left out. */
export function describeCluster(registry: Registry, sight: () => Sight | null): void {
  gaugeOf(
    registry,
    { name: 'kong_datastore_reachable', help: 'Datastore reachable from Kong, 0 is unreachable' },
    () => Number(sight() !== null),
  )
  describeJournal(registry, () => sight()?.journal ?? null)
  gaugeOf(
    registry,
    { name: 'biplane_nodes', help: 'Nodes by their state, as they report it.', labelNames: ['state'] },
    () => sight()?.states ?? [],
  )
  for (const { read, ...described } of NODE_GAUGES) {
    gaugeOf(registry, described, () => {
      const seen = sight()
      return seen === null
        ? []
        : seen.nodes.map((row) => read(row, seen.journal)).filter((sample) => sample !== null)
    })
  }
}

function describeJournal(registry: Registry, extent: () => JournalExtent | null): void {
  gaugeOf(
    registry,
    {
      name: 'biplane_journal_revisions',
      help: 'Revisions in the journal; followers that lack more get a snapshot.',
    },
    () => {
      const journal = extent()
      if (journal === null) return null
      return journal.oldest === null ? 0 : journal.head.revision - journal.oldest.revision + 1
    },
  )
  gaugeOf(
    registry,
    {
      name: 'biplane_journal_oldest_timestamp_seconds',
      help: 'When the oldest revision of the journal was written, as Unix time.',
    },
    () => {
      const oldest = extent()?.oldest
      return oldest ? oldest.at / 1000 : null
    },
  )
}

interface NodeGauge {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  /** Null where there is nothing to show. */
  read(row: NodeRow, journal: JournalExtent): Sample<string> | null
}

const KONG_LABELS = ['node_id', 'hostname', 'ip'] as const
const LABELS = ['node_id', 'hostname'] as const
const kongLabels = ({ id, hostname, ip }: NodeRow) => ({ node_id: id, hostname, ip })
const labels = ({ id, hostname }: NodeRow) => ({ node_id: id, hostname })

const INCOMPATIBLE: readonly NodeRow['syncStatus'][] = [
  'kong_version_incompatible',
  'plugin_set_incompatible',
  'plugin_version_incompatible',
]

const NODE_GAUGES: readonly NodeGauge[] = [
  {
    name: 'kong_data_plane_last_seen',
    help: 'Last time data plane contacted control plane',
    labelNames: KONG_LABELS,
    read: (row) => [kongLabels(row), Math.floor(row.lastSeen / 1000)],
  },
  {
    name: 'kong_data_plane_config_hash',
    help: 'Config hash numeric value of the data plane',
    labelNames: KONG_LABELS,
    read: (row) => [kongLabels(row), Number.parseInt(row.applied.hash, 16)],
  },
  {
    name: 'kong_data_plane_version_compatible',
    help: 'Version compatible status of the data plane, 0 is incompatible',
    labelNames: [...KONG_LABELS, 'kong_version'],
    read: (row) => [
      { ...kongLabels(row), kong_version: row.version },
      Number(!INCOMPATIBLE.includes(row.syncStatus)),
    ],
  },
  {
    name: 'biplane_node_state',
    help: '1 for the state that each node is in.',
    labelNames: [...LABELS, 'state'],
    read: (row) => [{ ...labels(row), state: row.state.kind }, 1],
  },
  {
    name: 'biplane_node_revision',
    help: 'The revision that each node serves, as it reported.',
    labelNames: LABELS,
    read: (row) => [labels(row), row.applied.revision],
  },
  {
    name: 'biplane_node_lag_revisions',
    help: 'How many revisions each node is behind the newest one.',
    labelNames: LABELS,
    read: (row, { head }) => [labels(row), lag(row, head)],
  },
  {
    name: 'biplane_node_apply_duration_seconds',
    help: 'How long each node took to apply its last update.',
    labelNames: LABELS,
    read: (row) => (row.applyTookMs === null ? null : [labels(row), row.applyTookMs / 1000]),
  },
]

/** A node of another epoch has nothing of this journal. */
function lag({ applied }: NodeRow, head: JournalExtent['head']): number {
  return applied.epoch === head.epoch ? Math.max(0, head.revision - applied.revision) : head.revision
}
