import { Failure } from '../frame/failure.ts'
import { isObject, printable } from '../nodes/node.ts'

/** What an import changes, as the Admin API tells it. */
export interface ToldDifference {
  readonly added: readonly ToldRow[]
  readonly changed: readonly ToldRow[]
  readonly removed: readonly ToldRow[]
}

export interface ToldRow {
  readonly kind: string
  /** The name that people know it by, else its id. */
  readonly name: string
  /** Those that change. */
  readonly fields: readonly string[]
}

/** @throws Failure for what is no answer of a dry run */
export function toDifference(body: unknown): ToldDifference {
  if (!isObject(body) || !PARTS.every((part) => Array.isArray(body[part])))
    throw new Failure('the Admin API does not tell what an import would change: is it another product?')
  const rows = (part: unknown) => (Array.isArray(part) ? part.map(toRow) : [])
  return { added: rows(body.added), changed: rows(body.changed), removed: rows(body.removed) }
}

const PARTS = ['added', 'changed', 'removed'] as const

function toRow(row: unknown): ToldRow {
  const { kind, id, entity, fields } = isObject(row) ? row : {}
  const names = isObject(entity) ? NAMES.map((field) => entity[field]) : []
  const name = names.find((value) => typeof value === 'string') ?? id
  const changed = Array.isArray(fields)
    ? fields.flatMap((each) => (isObject(each) ? [String(each.field)] : []))
    : []
  return { kind: printable(kind), name: printable(name), fields: changed.map(printable) }
}

/** Never a key, which may be a secret. */
const NAMES = ['instance_name', 'name', 'username', 'custom_id', 'target', 'group', 'prefix']

export function isNothing({ added, changed, removed }: ToldDifference): boolean {
  return added.length + changed.length + removed.length === 0
}

export function summary({ added, changed, removed }: ToldDifference): string {
  return `${added.length} added, ${changed.length} changed, ${removed.length} deleted`
}

const MOST_LINES = 100

/** A line for each entity, as long as there are not too many. Which values fields get is left out: they may be secrets. */
export function differenceLines({ added, changed, removed }: ToldDifference): readonly string[] {
  const lines = [
    ...added.map(({ kind, name }) => `+ ${kind} ${name}`),
    ...changed.map(({ kind, name, fields }) => `~ ${kind} ${name}: ${fields.join(', ')}`),
    ...removed.map(({ kind, name }) => `- ${kind} ${name}`),
  ]
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more`]
}
