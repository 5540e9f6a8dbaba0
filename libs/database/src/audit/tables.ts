import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from '../schema.ts'
import type { AuditRecord } from './record.ts'

/**
 * One row for each revision, and one for each entity that it made another: who and when are written once, however many
 * entities an import changes, and the history of one entity is read without looking into others'. They are apart from the
 * journal, which holds whole entities and is trimmed to what followers need. Nothing refers to the journal: it may go first.
 */
export async function createAudit(db: Kysely<Schema>): Promise<void> {
  await sql`
    create table audit_requests (
      revision bigint primary key,
      at timestamptz not null default clock_timestamp(),
      request_id text collate "C",
      client_ip text collate "C",
      who text collate "C",
      role text collate "C",
      method text collate "C",
      path text collate "C",
      objects integer not null
    )`.execute(db)
  await sql`create index audit_requests_at on audit_requests (at, revision)`.execute(db)
  await sql`
    create index audit_requests_who on audit_requests (who, revision) where who is not null`.execute(db)
  await sql`
    create table audit_objects (
      revision bigint not null,
      item integer not null,
      kind text collate "C" not null,
      entity_id text collate "C" not null,
      operation text collate "C" not null,
      name text collate "C",
      fields text[],
      primary key (revision, item)
    )`.execute(db)
  await sql`create index audit_objects_kind on audit_objects (kind, revision, item)`.execute(db)
  await sql`create index audit_objects_entity on audit_objects (entity_id, revision, item)`.execute(db)
  await sql`
    create index audit_objects_name on audit_objects (name, revision, item) where name is not null`.execute(
    db,
  )
}

/** For `auditing`, as JSON. */
export function toAuditText({ origin, objects }: AuditRecord): string {
  const { requestId, address, who, role, method, path } = origin
  const rows = objects.map(({ kind, id, operation, name, fields }, item) => ({
    ...{ item, kind, entity_id: id, operation, name, fields },
  }))
  return JSON.stringify({ request_id: requestId, client_ip: address, who, role, method, path, rows })
}

/**
 * The part of the statement that makes revisions which tells the audit log of them: of each `entry` that has a text for it
 * in its column `audit`, once `head` has the numbers.
 */
export function auditing(): RawBuilder<unknown> {
  return sql`
    audited_requests as (
      insert into audit_requests (revision, request_id, client_ip, who, role, method, path, objects)
      select head.revision - behind, audit->>'request_id', audit->>'client_ip', audit->>'who', audit->>'role',
        audit->>'method', audit->>'path', json_array_length(audit->'rows')
      from head cross join entry where audit is not null
    ),
    audited_objects as (
      insert into audit_objects (revision, item, kind, entity_id, operation, name, fields)
      select head.revision - behind, each.*
      from head cross join entry cross join json_to_recordset(audit->'rows')
        as each (item integer, kind text, entity_id text, operation text, name text, fields text[])
      where audit is not null
    )`
}
