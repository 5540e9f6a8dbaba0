import { Failure } from '../frame/failure.ts'

/** A node as `GET /clustering/data-planes` tells it. Text is safe to print. Times are Unix seconds. */
export interface Node {
  readonly id: string
  readonly hostname: string
  readonly version: string
  readonly state: string
  readonly revision: number
  /** What its hub has for it. */
  readonly desiredRevision: number
  readonly hub: string
  readonly lastSeen: number
  /** Null while connected. */
  readonly offlineSince: number | null
  /** Why it is not as it should be, as one line; '' where nothing is known to be wrong. */
  readonly problem: string
  /** As it was told. */
  readonly row: object
}

/** @throws Failure for anything but a row of the list */
export function readNode(row: unknown): Node {
  if (!isObject(row) || typeof row.id !== 'string')
    throw new Failure('the Admin API lists a node without an id')
  const offlineSince = typeof row.offline_since === 'number' ? row.offline_since : null
  return {
    id: printable(row.id),
    hostname: printable(row.hostname),
    version: printable(row.version),
    state: printable(row.state) || 'unknown',
    revision: numeric(row.config_revision),
    desiredRevision: numeric(row.desired_revision),
    hub: printable(row.hub),
    lastSeen: numeric(row.last_seen),
    offlineSince,
    problem: problemOf(row),
    row,
  }
}

function problemOf({ errors, withheld }: Record<string, unknown>): string {
  if (isObject(withheld)) return printable(withheld.message)
  if (!Array.isArray(errors) || errors.length === 0) return ''
  const first: unknown = errors[0]
  if (!isObject(first)) return ''
  const place = [first.kind, first.id, first.field].map(printable).filter((part) => part !== '')
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
  return `${place.join(' ')}: ${printable(first.message)}${more}`
}

/** What others say of themselves must not steer the terminal of whoever reads it. */
export function printable(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim() : ''
}

function numeric(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
