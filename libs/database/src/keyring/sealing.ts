import {
  canonicalJson,
  isJsonObject,
  type Json,
  type JsonObject,
  type Kind,
  parseJson,
} from '@biplane/entities'
import type { Keyring, Owner } from './keyring.ts'

/** The member of a stored body, and of a journaled change, that has the box. No field is called so. */
export const SEALED = '$sealed'

/** What there is to know of a kind for it. */
export interface SecretsOfKind {
  readonly kind: Kind
  readonly secrets: readonly string[]
}

/**
 * An entity in two parts. `clear` is all of it where nothing is to be sealed. Entities of a kind with secrets get a box even
 * if none of them is set, so that it shows what is still to be sealed.
 */
export function withoutSecrets(
  keyring: Keyring,
  { kind, secrets }: SecretsOfKind,
  entity: JsonObject,
): { readonly clear: JsonObject; readonly sealed: string | null } {
  if (keyring.sealsWith === null || secrets.length === 0) return { clear: entity, sealed: null }
  const entries = Object.entries(entity)
  const isKept = ([name, value]: [string, Json]) => value === null || !secrets.includes(name)
  const hidden = Object.fromEntries(entries.filter((entry) => !isKept(entry)))
  const owner = { kind, id: String(entity.id) }
  return {
    clear: Object.fromEntries(entries.filter(isKept)),
    sealed: keyring.seal(keyring.sealsWith, owner, canonicalJson(hidden)),
  }
}

/** The fields that a box holds; none where there is no box. @throws Error where it cannot be opened */
export function openSealed(keyring: Keyring, owner: Owner, sealed: Json | undefined): JsonObject {
  if (typeof sealed !== 'string') return {}
  const fields = parseJson(keyring.open(owner, sealed))
  if (!isJsonObject(fields)) throw new Error(`the box of ${owner.kind} ${owner.id} holds no fields`)
  return fields
}
