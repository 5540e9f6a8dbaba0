import type { JSONColumnType } from 'kysely'

/** The tables that are the same for every registry, as rows come and go. The tables of kinds are described by `Table`. */
export interface Schema {
  journal_head: JournalHeadRow
  journal: JournalRow
  hubs: HubRow
  nodes: NodeTableRow
  keyring: KeyringRow
}

interface KeyringRow {
  /** Of a key. */
  id: string
  /** What digests are made with, sealed by that key. */
  digest_key: string
  /** Whether the last that started with keys was told to seal. */
  is_sealing: boolean
}

/** One row: the counter that orders all writes, and the hash of all exported entities. */
interface JournalHeadRow {
  epoch: string
  revision: number
  /** numeric(39): a number below 2^128 as decimal text. */
  hash: string
}

interface JournalRow {
  revision: number
  hash: string
  /** `[{kind, id, entity | null}]`: what was written. */
  changes: JSONColumnType<object[]>
  /** What followers get; null where equal to `changes`. */
  exported: JSONColumnType<object[]> | null
  /** Bytes of the exported entities. */
  bytes: number
  author: string | null
  at: Date
}

interface HubRow {
  id: string
  /** The session whose complete roster was taken last. */
  session: number
  heartbeat: Date
  /** The last `Watermark` of its session. */
  watermark: JSONColumnType<object> | null
  /** The last `HubAbout` of its session. */
  about: JSONColumnType<object> | null
}

interface NodeTableRow {
  id: string
  hub: string
  hub_session: number
  session: number
  connected: boolean
  last_seen: Date
  updated_at: Date
  /** Since when another process has the id that this one came with, at another hub; `id` is one made for it then. */
  contested_since: Date | null
  /** The last `NodeReport`, whole. */
  report: JSONColumnType<object>
  /** The last `StoredHealth`; not of this session where the node has not told any in it. */
  health: JSONColumnType<object> | null
}
