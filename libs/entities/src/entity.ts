import type { Json } from './json.ts'

/** The type word of an entity: its table, its collection on the wire, its name in `/schemas` (`keyauth_credentials`). */
export type Kind = string

/**
 * A configured thing, complete: every declared field is present, unset ones as null, references as `{ id }`.
 * `id` is a UUID, except for `parameters`, whose id is the parameter's key.
 */
export interface Entity {
  readonly id: string
  readonly [field: string]: Json
}
