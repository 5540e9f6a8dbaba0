import type {
  AuditedChange,
  AuditedRequest,
  AuditObjectsQuery,
  AuditPage,
  AuditQuery,
  Batch,
  Committed,
  Config,
  JournalExtent,
  LogLevelWish,
  NodeRegister,
  Origin,
  Repository,
  TagsPage,
} from '@biplane/database'
import type { Draft } from '@biplane/declarative'
import type { JsonObject } from '@biplane/entities'
import type { UpdateSource } from '@biplane/protocol'
import type { Paging } from './paging.ts'

/** Writes that become one revision. */
export type Writing = Pick<Batch, 'get' | 'hold' | 'referencing' | 'create' | 'upsert' | 'update' | 'remove'>

type Reading = 'get' | 'list' | 'newest' | 'among' | 'referencing' | 'distinct' | 'config'
type Changing = 'create' | 'upsert' | 'update' | 'remove' | 'rewrite' | 'atomically' | 'holding' | 'rehearse'

/** The entities, wherever they are kept. Each method promises what that of `Repository` does. */
export interface EntityRepository extends Pick<Repository, Reading | Changing> {
  write<T>(use: (batch: Writing) => Promise<T>): Promise<Committed<T>>
}

/** Who made which revision, and what it did to which entity. */
export interface AuditLog {
  /** Whether this process adds to it. */
  readonly isRecording: boolean
  /** What `use`, and whatever it calls, writes is told to have been asked for by `origin`. */
  onBehalfOf<T>(origin: Origin, use: () => T): T
  /** @throws DomainError (invalid offset) */
  requests(query: AuditQuery): Promise<AuditPage<AuditedRequest>>
  /** @throws DomainError (invalid offset) */
  objects(query: AuditObjectsQuery): Promise<AuditPage<AuditedChange>>
}

/** Whether what a backend needs is there, as far as this process knows. */
export interface Condition {
  /** Why nothing may be asked of it yet; null once it is ready. */
  readonly unprepared: string | null
  /** Whether the log knows of an outage that is not over. */
  readonly isLost: boolean
  /** How often it was lost since the start. */
  readonly outages: number
}

/** What the Admin API and the feed serve: the config and the nodes, in PostgreSQL or in memory. */
export interface Backend {
  readonly repository: EntityRepository
  readonly nodes: NodeRegister
  readonly source: UpdateSource & { readonly revision: number }
  readonly condition: Condition
  /** Every tag of every entity, or those of one tag. @throws DomainError (invalid offset) */
  tags(query: Paging & { readonly tag?: string }): Promise<TagsPage>
  /** Null where none is kept. */
  readonly audit: AuditLog | null
  extent(): Promise<JournalExtent>
  /** The config that a document wants where `current` is. */
  settle(draft: Draft, randomKey: () => string, current: Config): Config
  /** What `GET /status` tells of it. */
  status(): Promise<JsonObject>
  /** What keeps it from being ready, in Kong's words; null when nothing does. */
  unready(): Promise<string | null>
  /** Tells all processes of the control plane; null where there is only this one. */
  readonly broadcast: ((wish: LogLevelWish) => Promise<void>) | null
  /** How many transactions began anew. */
  restarts(): number
  /** What is still to be sealed, or opened, as the settings of this process say; null where there is no keyring, and where it is not known yet. */
  unsealed(): number | null
}

/** A backend as the process that has it opened it. */
export interface RunningBackend extends Backend {
  /** Makes it ready, however long that takes. @throws StartProblem */
  prepare(signal: AbortSignal): Promise<void>
  /** What has to run until the signal aborts, by name. `onWish` hears what others broadcast. */
  run(signal: AbortSignal, onWish: (wish: LogLevelWish) => void): Readonly<Record<string, Promise<unknown>>>
  close(): Promise<void>
}
