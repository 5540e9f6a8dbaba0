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
  /** When its certificate runs out; null where that is not told. */
  readonly certificateExpiresAt: number | null
  /** Why it is not as it should be, as one line; '' where nothing is known to be wrong. */
  readonly problem: string
  /** As it was told. */
  readonly row: object
}

/** @throws Failure for anything but a row of the list */
export function readNode(row: unknown): Node {
  if (!isObject(row) || typeof row.id !== 'string')
    throw new Failure('the Admin API lists a node without an id')
  return {
    id: printable(row.id),
    hostname: printable(row.hostname),
    version: printable(row.version),
    state: printable(row.state) || 'unknown',
    revision: numeric(row.config_revision),
    desiredRevision: numeric(row.desired_revision),
    hub: printable(row.hub),
    lastSeen: numeric(row.last_seen),
    offlineSince: numericOrNull(row.offline_since),
    certificateExpiresAt: numericOrNull(row.certificate_expires_at),
    problem: problemOf(row),
    row,
  }
}

function problemOf(row: Record<string, unknown>): string {
  const { errors, withheld, quarantined, reductions, duplicate_of: original } = row
  if (isObject(withheld)) return printable(withheld.message)
  const leftOut = firstOf(quarantined)
  if (leftOut !== '') return `left out: ${leftOut}`
  const fault = firstOf(errors)
  if (fault !== '') return fault
  if (typeof original === 'string') return `came with the id of another node, ${printable(original)}`
  return weaknessOf(reductions)
}

/** What its release does not understand, where that leaves it less secure. */
function weaknessOf(reductions: unknown): string {
  const given: readonly unknown[] = Array.isArray(reductions) ? reductions : []
  const weaker = given.filter(isObject).filter(({ severity }) => severity === 'security')
  const [first] = weaker
  if (first === undefined) return ''
  const more = weaker.length === 1 ? '' : ` (and ${weaker.length - 1} more)`
  return `less secure than newer nodes: ${printable(first.on)}: ${printable(first.effect)}${more}`
}

/** The first of several faults, and how many more there are. */
function firstOf(faults: unknown): string {
  const first: unknown = Array.isArray(faults) ? faults[0] : undefined
  if (!Array.isArray(faults) || !isObject(first)) return ''
  const place = [first.kind, first.id, first.field].map(printable).filter((part) => part !== '')
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`
  return `${place.join(' ')}: ${printable(first.message)}${more}`
}

/** What others say of themselves must not steer the terminal of whoever reads it. */
export function printable(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim() : ''
}

function numeric(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function numericOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
