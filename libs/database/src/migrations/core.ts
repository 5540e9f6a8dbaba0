import { type Kysely, sql } from 'kysely'
import type { Schema } from '../schema.ts'

/** What does not depend on the kinds: the journal with its head, and the status of hubs and nodes. */
export async function createCore(db: Kysely<Schema>): Promise<void> {
  await sql`
    create table journal_head (
      single boolean primary key default true check (single),
      epoch uuid not null,
      revision bigint not null,
      hash numeric(39) not null
    )`.execute(db)
  await sql`insert into journal_head (epoch, revision, hash) values (gen_random_uuid(), 0, 0)`.execute(db)
  await sql`
    create table journal (
      revision bigint primary key,
      hash numeric(39) not null,
      changes jsonb not null,
      exported jsonb,
      bytes bigint not null,
      author text,
      at timestamptz not null default clock_timestamp()
    )`.execute(db)
  await sql`create table hubs (id uuid primary key, session bigint not null, heartbeat timestamptz not null)`.execute(
    db,
  )
  await sql`
    create table nodes (
      id uuid primary key,
      hub uuid not null,
      hub_session bigint not null,
      session bigint not null,
      connected boolean not null,
      last_seen timestamptz not null,
      updated_at timestamptz not null,
      report jsonb not null
    )`.execute(db)
  await sql`create index nodes_hub on nodes (hub)`.execute(db)
}

/** What the connected nodes of a hub have applied at least, in the words of its report. */
export async function addWatermark(db: Kysely<Schema>): Promise<void> {
  await sql`alter table hubs add column watermark jsonb`.execute(db)
}

/** Since when a node has been there with an id that another has, at another hub. */
export async function addContest(db: Kysely<Schema>): Promise<void> {
  await sql`alter table nodes add column contested_since timestamptz`.execute(db)
}

/** What nodes tell of the health of targets. */
export async function addHealth(db: Kysely<Schema>): Promise<void> {
  await sql`alter table nodes add column health jsonb`.execute(db)
}

/** What is known of a hub beside its nodes. */
export async function addAbout(db: Kysely<Schema>): Promise<void> {
  await sql`alter table hubs add column about jsonb`.execute(db)
}
