/** The database was migrated by a newer release: this one must not start, since it would misread what it does not know. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew'
  /** Migrations that were executed and that this release does not know. */
  readonly unknown: readonly string[]

  constructor(unknown: readonly string[]) {
    super(
      `the database schema is newer than this release: it has the migrations ${unknown.join(', ')}, which this release does not know; start a release at least as new as the one that made them`,
    )
    this.unknown = unknown
  }
}

/** A schema that was restored in part, or that another program has tables in: it would fail later, and worse. */
export class SchemaIncomplete extends Error {
  override readonly name = 'SchemaIncomplete'

  /** @param faults as `SchemaStatus` tells them */
  constructor(faults: readonly string[]) {
    super(
      `the database schema is only partly there, or another program's (${faults.join('; ')}): restore it from a complete backup, or choose another pg_schema`,
    )
  }
}
