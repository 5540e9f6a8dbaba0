import type { Row } from '../../client.ts'

/** Entities by the name that a state file gives to their kind. */
export type State = ReadonlyMap<string, readonly Row[]>

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const rowsIn = (value: unknown): readonly Row[] => (Array.isArray(value) ? value.filter(isRow) : [])

/** The id of an entity, or of what a reference points to. */
export function idOf(value: unknown): string {
  if (isRow(value) && typeof value.id === 'string') return value.id
  throw new Error(`no id in ${JSON.stringify(value)}`)
}
