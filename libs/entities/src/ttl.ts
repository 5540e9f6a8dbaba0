import type { EntityDefinition } from './definition.ts'
import type { Entity } from './entity.ts'
import type { Json, JsonObject } from './json.ts'

/** Seconds. */
export const LONGEST_TTL = 100_000_000

/** What a write says of the time to live: nothing, a number of seconds (null for ever), or nonsense. */
export type Ttl =
  | { readonly kind: 'absent' }
  | { readonly kind: 'seconds'; readonly seconds: number | null }
  | { readonly kind: 'invalid'; readonly message: string }

/** Takes the write option `ttl` out of an input, where the kind has one. 0 and null mean for ever. */
export function readTtl(
  definition: EntityDefinition,
  input: JsonObject,
): { readonly ttl: Ttl; readonly rest: JsonObject } {
  if (!definition.ttl || !Object.hasOwn(input, 'ttl')) return { ttl: { kind: 'absent' }, rest: input }
  const { ttl, ...rest } = input
  return { ttl: toTtl(ttl ?? null), rest }
}

function toTtl(value: Json): Ttl {
  if (value === null || value === 0) return { kind: 'seconds', seconds: null }
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= LONGEST_TTL) {
    return { kind: 'seconds', seconds: value }
  }
  return { kind: 'invalid', message: `must be an integer between 0 and ${LONGEST_TTL}` }
}

/** The stored `expires_at`, for kinds that have one: an update that does not speak of it leaves it alone. */
export function expiryOf(
  definition: EntityDefinition,
  ttl: Ttl,
  { now, current }: { readonly now: number; readonly current?: Entity },
): JsonObject {
  if (!definition.ttl) return {}
  if (ttl.kind === 'seconds' && ttl.seconds !== null) return { expires_at: Math.floor(now) + ttl.seconds }
  if (ttl.kind === 'absent') return { expires_at: current?.expires_at ?? null }
  return { expires_at: null }
}

/** An expired entity counts as absent. `now` is in seconds since the epoch. */
export function isExpired(entity: Entity, now: number): boolean {
  return typeof entity.expires_at === 'number' && entity.expires_at <= now
}

/** An entity as the Admin API shows it: with the seconds that remain (`ttl`) in place of the moment it ends. */
export function toRest(definition: EntityDefinition, entity: Entity, now: number): JsonObject {
  const { id, ...others } = entity
  const shown = definition.idField === 'id' ? entity : others
  if (!definition.ttl) return shown
  const { expires_at: end, ...rest } = shown
  return { ...rest, ttl: typeof end === 'number' ? Math.max(0, end - Math.floor(now)) : null }
}
