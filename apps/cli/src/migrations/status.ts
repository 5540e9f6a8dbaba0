import { type SchemaStatus, schemaStatus } from '@biplane/database'
import { placeOf, withDatabase } from '../database.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { asTable } from '../frame/table.ts'

/** 3 and 5 are those of `kong migrations list`. */
export const EXIT_CODES = {
  0: 'the schema is up to date',
  3: 'nothing was ever migrated',
  5: 'migrations of this release are pending',
  6: 'a newer release has migrated it: this one must not use it',
  7: 'tables are missing: it was restored in part',
} as const

const CODE_OF = { current: 0, empty: 3, pending: 5, newer: 6, incomplete: 7 } as const satisfies Record<
  SchemaStatus['kind'],
  keyof typeof EXIT_CODES
>

export async function showStatus(session: Session): Promise<Outcome> {
  return await withDatabase(session, async (db) => {
    const status = await schemaStatus(db)
    return { ...toOutcome(status, placeOf(db)), exitCode: CODE_OF[status.kind] }
  })
}

export function toOutcome(status: SchemaStatus, place: string): Outcome {
  const { kind, executed, pending, unknown, missingTables } = status
  const rows = [
    ...executed.map(({ name, at }) => [name, unknown.includes(name) ? 'unknown here' : 'executed', at]),
    ...pending.map((name) => [name, 'pending', '']),
  ]
  return {
    json: { status: kind, executed, pending, unknown, missing_tables: missingTables },
    text: [...asTable([['MIGRATION', 'STATE', 'AT'], ...rows]), '', `${place}: ${sentence(status)}`],
  }
}

function sentence({ kind, pending, unknown, missingTables }: SchemaStatus): string {
  switch (kind) {
    case 'current':
      return EXIT_CODES[0]
    case 'empty':
      return `${EXIT_CODES[3]}; run biplane migrations up`
    case 'pending':
      return `${EXIT_CODES[5]} (${pending.join(', ')}); run biplane migrations up`
    case 'newer':
      return `${EXIT_CODES[6]} (${unknown.join(', ')})`
    case 'incomplete':
      return `${EXIT_CODES[7]} (${missingTables.join(', ')}); restore it from a complete backup`
  }
}
