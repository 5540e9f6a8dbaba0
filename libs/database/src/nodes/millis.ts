import { sql } from 'kysely'

/** A time of the database as integer milliseconds since the epoch. */
export const millis = (column: string) => sql`floor(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`
