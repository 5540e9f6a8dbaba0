import { type Entity, isJsonObject, type Json, schemaViolation } from '@biplane/entities'

/** In canonical JSON both are escapes (`\u0000`, `\ud800`), so almost all entities are found innocent by one scan. */
const SUSPECTS = ['\\u0000', '\\ud'].map((text) => Buffer.from(text))

/**
 * PostgreSQL holds any text but NUL and unpaired surrogates. @throws DomainError schema violation
 * @param bytes the entity's canonical JSON
 */
export function requireStorable(entity: Entity, bytes: Uint8Array): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!SUSPECTS.some((suspect) => text.includes(suspect))) return
  const at = Object.keys(entity).find((field) => isUnstorable(entity[field] ?? null))
  if (at !== undefined) throw schemaViolation({ [at]: 'must not contain NUL or unpaired surrogates' })
}

function isUnstorable(value: Json): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed()
  if (isJsonObject(value)) return Object.entries(value).flat().some(isUnstorable)
  return Array.isArray(value) && value.some(isUnstorable)
}
