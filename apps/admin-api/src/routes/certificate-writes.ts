import { toWritten, type Written } from '@biplane/database'
import {
  certificate,
  type Entity,
  isJsonObject,
  type Json,
  type JsonObject,
  notFound,
  schemaViolation,
  sni,
} from '@biplane/entities'
import type { Writing } from '../backend.ts'
import type { Body } from '../body.ts'
import type { EntityAccess } from './collection.ts'
import { keyOf } from './key.ts'
import type { KindWrites } from './own-ways.ts'

export interface CertificateWrites extends KindWrites {
  create(body: Body): Promise<Written>
  /** @param id of an existing one, or none @param through the name that it goes by in the path, if it does */
  replace(id: string | undefined, body: Body, through?: string): Promise<Written>
}

/**
 * A certificate is written together with all its names: `snis` in a body is what they are to be, all in one revision. Kong
 * judges them before the certificate itself.
 */
export function certificateWrites(access: EntityAccess): CertificateWrites {
  const { repository, writes } = access
  return {
    async create(body) {
      const { names, input } = withoutNames(writes.read(certificate, body))
      await claim(access, names ?? [])
      const draft = await writes.whole(certificate, input)
      const named = await namesOf(access, draft.id, names ?? [])
      const written = await repository.write(async (batch) => {
        const created = await batch.create(certificate.kind, draft)
        await settle(batch, created.id, named)
        return created
      })
      return toWritten(written)
    },
    /** What the body does not name, it has no more; but the name in the path goes with those in the body. */
    async replace(id, body, through) {
      const { names, input } = withoutNames(writes.read(certificate, body))
      const wanted =
        names === undefined && id === undefined ? withName([], through) : withName(names, through)
      await claim(access, wanted, id)
      const draft = await writes.whole(certificate, id === undefined ? input : { ...input, id })
      const named = await namesOf(access, draft.id, wanted)
      const written = await repository.write(async (batch) => {
        const stored = await batch.upsert(certificate.kind, byId(draft.id), draft)
        await settle(batch, stored.id, named)
        return stored
      })
      return toWritten(written)
    },
    async patch(id, body) {
      const seen = await repository.get(certificate.kind, byId(id))
      const { names, input } = withoutNames(writes.read(certificate, body, seen))
      await claim(access, names ?? [], id)
      if (seen === undefined) throw notFound({ id })
      const next = await writes.patching(certificate, seen, input)
      const named = names === undefined ? undefined : await namesOf(access, id, names ?? [])
      const written = await repository.write(async (batch) => {
        const patched = await batch.update(certificate.kind, byId(id), next)
        if (named !== undefined) await settle(batch, id, named)
        return patched
      })
      return toWritten(written)
    },
  }
}

const byId = (id: string) => ({ field: 'id', value: id })

/** The certificate that an SNI is of. */
export function ownerOf(found: Entity | undefined): string | undefined {
  const owner = found?.certificate
  return typeof owner === 'object' && owner !== null && 'id' in owner ? String(owner.id) : undefined
}

/** The names that a body sets, and the rest of it. A form may send a single one. */
function withoutNames(body: JsonObject): {
  readonly names?: readonly Json[] | null
  readonly input: JsonObject
} {
  if (!Object.hasOwn(body, 'snis')) return { input: body }
  const { snis = null, ...input } = body
  if (snis === null || Array.isArray(snis)) return { names: snis, input }
  if (typeof snis === 'string') return { names: [snis], input }
  // Lua does not tell an empty map from an empty list.
  if (isJsonObject(snis) && Object.keys(snis).length === 0) return { names: [], input }
  throw schemaViolation({ snis: 'expected an array' })
}

function withName(names: readonly Json[] | null | undefined, name: string | undefined): readonly Json[] {
  if (!names) return []
  return name === undefined || names.includes(name) ? names : [...names, name]
}

/** Sees that names are given once, can be names, and are no other certificate's. @throws DomainError */
async function claim({ repository }: EntityAccess, names: readonly Json[], id?: string): Promise<void> {
  const given = new Set<Json>()
  for (const name of names) {
    if (given.has(name)) throw schemaViolation({ snis: `${String(name)} is duplicated` })
    given.add(name)
  }
  for (const name of names.filter((name) => typeof name === 'string').toSorted()) {
    refuseOwned(name, ownerOf(await repository.get(sni.kind, keyOf(sni, name))), id)
  }
}

function refuseOwned(name: string, owner: string | undefined, id: string | undefined): void {
  if (owner === undefined || owner === id) return
  throw schemaViolation({ snis: `${name} already associated with existing certificate '${owner}'` })
}

/** Valid SNIs of these names. @throws DomainError */
async function namesOf(
  { writes }: EntityAccess,
  id: string,
  names: readonly Json[],
): Promise<ReadonlyMap<string, Entity>> {
  const drafts = new Map<string, Entity>()
  for (const name of names) {
    drafts.set(String(name), await writes.whole(sni, { name, certificate: { id } }))
  }
  return drafts
}

/** Makes the names of a certificate, which is locked, those and no others. */
async function settle(batch: Writing, id: string, named: ReadonlyMap<string, Entity>): Promise<void> {
  const current = await batch.referencing(sni.kind, 'certificate', id)
  const kept = new Set(current.map(({ name }) => String(name)))
  for (const name of [...named.keys()].toSorted()) {
    if (kept.has(name)) continue
    refuseOwned(name, ownerOf(await batch.get(sni.kind, { field: 'name', value: name })), id)
  }
  for (const { id: gone, name } of current) {
    if (!named.has(String(name))) await batch.remove(sni.kind, byId(gone))
  }
  for (const [name, draft] of named) if (!kept.has(name)) await batch.create(sni.kind, draft)
}
