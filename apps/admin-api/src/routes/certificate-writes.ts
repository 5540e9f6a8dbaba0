import { toWritten, type Written } from '@biplane/database'
import {
  certificate,
  type Entity,
  type Json,
  type JsonObject,
  notFound,
  schemaViolation,
  sni,
} from '@biplane/entities'
import type { Writing } from '../backend.ts'
import type { Body } from '../body.ts'
import type { EntityAccess } from './collection.ts'
import type { KindWrites } from './own-ways.ts'

export interface CertificateWrites extends KindWrites {
  create(body: Body): Promise<Written>
  /** @param id of an existing one, or none @param also names besides those in the body */
  replace(id: string | undefined, body: Body, also?: readonly string[]): Promise<Written>
}

/** A certificate is written together with all its names: `snis` in a body is what they are to be, all in one revision. */
export function certificateWrites(access: EntityAccess): CertificateWrites {
  const { repository, writes } = access
  return {
    async create(body) {
      const { names = [], input } = withoutNames(writes.read(certificate, body))
      const draft = await writes.whole(certificate, input)
      const named = await namesOf(access, draft.id, names)
      const written = await repository.write(async (batch) => {
        const created = await batch.create(certificate.kind, draft)
        await settle(batch, created.id, named)
        return created
      })
      return toWritten(written)
    },
    /** What the body does not name, it has no more. */
    async replace(id, body, also = []) {
      const { names = [], input } = withoutNames(writes.read(certificate, body))
      const draft = await writes.whole(certificate, id === undefined ? input : { ...input, id })
      const named = await namesOf(access, draft.id, [...also, ...names])
      const written = await repository.write(async (batch) => {
        const stored = await batch.upsert(certificate.kind, byId(draft.id), draft)
        await settle(batch, stored.id, named)
        return stored
      })
      return toWritten(written)
    },
    async patch(id, body) {
      const seen = await repository.get(certificate.kind, byId(id))
      if (seen === undefined) throw notFound({ id })
      const { names, input } = withoutNames(writes.read(certificate, body, seen))
      const next = await writes.patching(certificate, seen, input)
      const named = names && (await namesOf(access, id, names))
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

/** The names that a body sets, null and nothing alike being none, and the rest of it. A form may send a single one. */
function withoutNames(body: JsonObject): { readonly names?: readonly Json[]; readonly input: JsonObject } {
  if (!Object.hasOwn(body, 'snis')) return { input: body }
  const { snis, ...input } = body
  if (snis === null || snis === undefined) return { names: [], input }
  if (typeof snis === 'string') return { names: [snis], input }
  if (!Array.isArray(snis)) throw schemaViolation({ snis: 'expected an array' })
  return { names: snis, input }
}

/** Valid SNIs of these names. @throws DomainError */
async function namesOf(
  { writes }: EntityAccess,
  id: string,
  names: readonly Json[],
): Promise<ReadonlyMap<string, Entity>> {
  const drafts = new Map<string, Entity>()
  for (const name of names) {
    const draft = await writes.whole(sni, { name, certificate: { id } })
    if (drafts.has(String(name))) throw schemaViolation({ snis: `${String(name)} is duplicated` })
    drafts.set(String(name), draft)
  }
  return drafts
}

/** Makes the names of a certificate, which is locked, those and no others. */
async function settle(batch: Writing, id: string, named: ReadonlyMap<string, Entity>): Promise<void> {
  const current = await batch.referencing(sni.kind, 'certificate', id)
  const kept = new Set(current.map(({ name }) => String(name)))
  for (const name of [...named.keys()].toSorted()) {
    if (kept.has(name)) continue
    const owner = ownerOf(await batch.get(sni.kind, { field: 'name', value: name }))
    if (owner === undefined) continue
    const message = `${name} already associated with existing certificate '${owner}'`
    throw schemaViolation({ snis: message })
  }
  for (const { id: gone, name } of current) {
    if (!named.has(String(name))) await batch.remove(sni.kind, byId(gone))
  }
  for (const [name, draft] of named) if (!kept.has(name)) await batch.create(sni.kind, draft)
}
