import { type RawBuilder, sql } from 'kysely'
import { SEALED } from './sealing.ts'

/** The id of the key that sealed what a body or a journaled change holds; null where nothing is sealed. */
export function sealedBy(stored: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql`split_part(${stored}->>${sql.lit(SEALED)}, ':', 1)`
}

/** All changes in the journal, one a row, as `change`. */
export const JOURNALED = sql`journal cross join lateral
  jsonb_array_elements(changes || coalesce(exported, '[]'::jsonb)) as change`
