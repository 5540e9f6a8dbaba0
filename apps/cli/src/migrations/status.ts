import { type SchemaStatus, schemaStatus } from '@biplane/database'
import { placeOf, withDatabase } from '../database.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { asTable } from '../frame/table.ts'
import { EXIT_CODES } from './exit-codes.ts'

const CODE_OF = { current: 0, empty: 3, pending: 5, newer: 6, incomplete: 7 } as const satisfies Record<
  SchemaStatus['kind'],
  keyof typeof EXIT_CODES
>

export async function showStatus(session: Session): Promise<Outcome> {
  return await withDatabase(session, async (db) => {
    return toOutcome(await schemaStatus(db), placeOf(db))
  })
}

export function toOutcome(status: SchemaStatus, place: string): Outcome {
  const { kind, executed, pending, unknown, faults } = status
  const rows = [
    ...executed.map(({ name, at }) => [name, unknown.includes(name) ? 'unknown here' : 'executed', at]),
    ...pending.map((name) => [name, 'pending', '']),
  ]
  return {
    exitCode: CODE_OF[kind],
    json: { status: kind, executed, pending, unknown, faults },
    text: [...asTable([['MIGRATION', 'STATE', 'AT'], ...rows]), '', `${place}: ${sentence(status)}`],
  }
}

function sentence({ kind, pending, unknown, faults }: SchemaStatus): string {
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
      return `${EXIT_CODES[7]} (${faults.join('; ')}); restore it from a complete backup, or choose another pg_schema`
  }
}
