import { entityKinds, entityRegistry, type Kind, references } from '@biplane/entities'
import { type Digest, decodeEntity, digest, type EncodedChange, type Violation } from '@biplane/protocol'
import { entityKey } from './reduce.ts'

/** An entity that a node rejected. */
export interface Culprit extends Violation {
  /** Of the bytes that were rejected: other ones may be right. Null where they were not seen yet. */
  readonly digest: Digest | null
}

/** By entity. */
export type Culprits = ReadonlyMap<string, Culprit>

/** The share in the hash of each entity that is left out: of the culprits and of what refers to them. */
export type LeftOut = ReadonlyMap<string, Digest>

export interface Quarantine {
  /** Those that are left out, which are fewer than before where one has changed. */
  readonly culprits: Culprits
  readonly left: LeftOut
}

/** Nothing that is left out may widen access: what it is for is refused, or fails, without it. */
const CULPRITS: ReadonlySet<Kind> = new Set([
  ...['targets', 'target_health', 'certificates', 'snis', 'consumers'],
  ...[
    'keyauth_credentials',
    'basicauth_credentials',
    'hmacauth_credentials',
    'jwt_secrets',
    'oauth2_credentials',
  ],
])
/** What may go with what it refers to. A group may be denied and a plugin may limit, but only a consumer that can be one. */
const COMPANIONS: ReadonlySet<Kind> = new Set([
  ...CULPRITS,
  ...['acls', 'consumer_group_consumers', 'plugins', 'oauth2_tokens'],
])

const registry = entityRegistry(entityKinds)

/** Whether a node may be served without all that these name. */
export function mayBeLeftOut(violations: readonly Violation[]): boolean {
  return violations.length > 0 && violations.every(({ kind, id }) => CULPRITS.has(kind) && id !== '')
}

/** What to leave out of a whole config, which is read several times; null if something that has to stay refers to it. */
export async function quarantineOf(
  config: () => AsyncIterable<EncodedChange>,
  culprits: Culprits,
): Promise<Quarantine | null> {
  const guilty = new Map<string, Culprit>()
  const left = new Map<string, Digest>()
  let before = -1
  while (left.size > before) {
    before = left.size
    for await (const change of config()) {
      const key = entityKey(change)
      if (change.bytes === null || left.has(key)) continue
      const share = digest(change.kind, change.id, change.bytes)
      const culprit = culprits.get(key)
      if (culprit !== undefined && (culprit.digest ?? share) === share)
        guilty.set(key, { ...culprit, digest: share })
      else if (!refersTo(change, left)) continue
      else if (!COMPANIONS.has(change.kind)) return null
      left.set(key, share)
    }
  }
  return { culprits: guilty, left }
}

/**
 * The same for a delta, for a node that has everything but `left`. `unclear` where the rest of the config has to be looked
 * at: a delta does not tell who refers to an entity.
 */
export function quarantineOfDelta(
  changes: readonly EncodedChange[],
  culprits: Culprits,
  left: LeftOut,
): (Quarantine & { readonly changes: readonly EncodedChange[] }) | 'unclear' | null {
  const guilty = new Map(culprits)
  const now = new Map(left)
  const kept: EncodedChange[] = []
  const seen = new Set(changes.map(entityKey))
  for (const key of culprits.keys()) if (!left.has(key) && !seen.has(key)) return 'unclear'
  const leaveOut = (change: EncodedChange, share: Digest) => {
    const key = entityKey(change)
    // The node may have it as it was before.
    if (!left.has(key)) kept.push({ ...change, bytes: null })
    now.set(key, share)
  }
  const others: EncodedChange[] = []
  for (const change of changes) {
    const key = entityKey(change)
    const culprit = culprits.get(key)
    const share = change.bytes === null ? null : digest(change.kind, change.id, change.bytes)
    if (culprit === undefined) others.push(change)
    else if (share !== null && (culprit.digest ?? share) === share) {
      if (!left.has(key) && isReferredTo(change.kind)) return 'unclear'
      guilty.set(key, { ...culprit, digest: share })
      leaveOut(change, share)
    } else {
      guilty.delete(key)
      others.push(change)
    }
  }
  const isBack = (change: EncodedChange) => left.has(entityKey(change)) && change.bytes !== null
  // Asked before who follows what: an earlier change may refer to what a later one brings back.
  if (others.some((change) => isBack(change) && isReferredTo(change.kind))) return 'unclear'
  for (const change of others) {
    const key = entityKey(change)
    const follows = refersTo(change, now)
    if (follows && !COMPANIONS.has(change.kind)) return null
    if (follows && isReferredTo(change.kind)) return 'unclear'
    if (follows && change.bytes !== null) leaveOut(change, digest(change.kind, change.id, change.bytes))
    else {
      if (change.bytes !== null || !left.has(key)) kept.push(change)
      now.delete(key)
    }
  }
  return { culprits: guilty, left: now, changes: kept }
}

function isReferredTo(kind: Kind): boolean {
  return registry.childrenOf(kind).length > 0
}

/** Whether it refers to one of these. Only what can is decoded. */
function refersTo({ kind, bytes }: EncodedChange, keys: ReadonlyMap<string, unknown>): boolean {
  const definition = registry.get(kind)
  if (bytes === null || keys.size === 0 || definition === undefined) return false
  const telling = references(definition).filter(({ to }) => CULPRITS.has(to))
  if (telling.length === 0) return false
  const entity = decodeEntity(bytes)
  return telling.some(({ field, to }) => {
    const value: unknown = Object(entity[field]).id
    return typeof value === 'string' && keys.has(entityKey({ kind: to, id: value }))
  })
}
