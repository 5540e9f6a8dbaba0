import {
  type Database,
  DatabaseUnavailable,
  type JournalExtent,
  journalExtent,
  listNodes,
  type NodeRow,
} from '@biplane/database'
import { gaugeOf, type Registry, type Sample } from '@biplane/service'
import type { DatabaseState } from './database-state.ts'

/** What the database tells of the whole line, at one moment. */
export interface Sight {
  readonly journal: JournalExtent
  /** How many nodes are in each state. */
  readonly states: readonly Sample<'state'>[]
  /** The nodes with series of their own. */
  readonly nodes: readonly NodeRow[]
}

/** So many rows are read: the nodes of a cluster, and an end to what one scrape can cost. */
const MOST_NODES = 10_000
/** So many nodes have series of their own, those in trouble first. All are counted. */
const SHOWN_NODES = 1_000

/** Null while the database cannot be asked: a scrape must not fail, and must not wait for what is known to be lost. */
export async function look(
  db: Database,
  { unprepared, isLost }: Pick<DatabaseState, 'unprepared' | 'isLost'>,
  purgeDelay: number,
): Promise<Sight | null> {
  if (unprepared !== null || isLost) return null
  try {
    const journal = await journalExtent(db)
    const { rows } = await listNodes(db, { size: MOST_NODES, purgeDelay })
    return toSight(journal, rows)
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return null
    throw error
  }
}

const STATES = [
  'rejected',
  'withheld',
  'behind',
  'in_sync',
  'offline',
] as const satisfies NodeRow['state']['kind'][]

export function toSight(journal: JournalExtent, rows: readonly NodeRow[]): Sight {
  const rank = ({ state }: NodeRow) => STATES.indexOf(state.kind)
  return {
    journal,
    states: STATES.map((state) => [{ state }, rows.filter((row) => row.state.kind === state).length]),
    nodes: rows.toSorted((a, b) => rank(a) - rank(b)).slice(0, SHOWN_NODES),
  }
}

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
