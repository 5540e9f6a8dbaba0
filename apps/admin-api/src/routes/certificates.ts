import { toWritten, type Written } from '@biplane/database'
import {
  certificate,
  type Entity,
  isUuid,
  type Json,
  type JsonObject,
  notFound,
  schemaViolation,
  sni,
} from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import type { Writing } from '../backend.ts'
import { Absent } from '../bad-request.ts'
import { readBody } from '../body.ts'
import type { Handlers } from '../manners.ts'
import { tellRevision } from '../revision-header.ts'
import { answer, type EntityAccess, parameter, shownOne } from './collection.ts'
import { keyOf } from './key.ts'
import type { OwnWays } from './own-ways.ts'

/**
 * Certificates are addressed by the name of an SNI as well, and are written together with all their names: `snis` in a body
 * is what they are to be, all in one revision.
 */
export const certificates: OwnWays = {
  find: async (access, text) => access.repository.get(certificate.kind, byId(await idOf(access, text))),
  top: (access) => ({ collection: collection(access), item: item(access) }),
}

function collection(access: EntityAccess): Handlers {
  const { repository, writes, present } = access
  return {
    async POST(request, reply) {
      const { names, input } = withoutNames(writes.read(certificate, readBody(request)))
      const draft = await writes.whole(certificate, input)
      const named = await namesOf(access, draft.id, names ?? [])
      const written = await repository.write(async (batch) => {
        const created = await batch.create(certificate.kind, draft)
        await settle(batch, created.id, named)
        return created
      })
      return answer(reply.code(201), toWritten(written), present, certificate)
    },
  }
}

function item(access: EntityAccess): Handlers {
  const { repository, writes, present } = access
  return {
    async GET(request) {
      const id = await idOf(access, parameter(request, certificate.kind))
      const found = await repository.get(certificate.kind, byId(id))
      if (found === undefined) throw notFound({ id })
      return shownOne(present, certificate, found)
    },
    async PUT(request, reply) {
      return answer(reply, await replace(access, request), present, certificate)
    },
    async PATCH(request, reply) {
      const id = await idOf(access, parameter(request, certificate.kind))
      const seen = await repository.get(certificate.kind, byId(id))
      if (seen === undefined) throw notFound({ id })
      const { names, input } = withoutNames(writes.read(certificate, readBody(request), seen))
      const next = await writes.patching(certificate, seen, input)
      const named = names && (await namesOf(access, id, names))
      const written = await repository.write(async (batch) => {
        const patched = await batch.update(certificate.kind, byId(id), next)
        if (named !== undefined) await settle(batch, id, named)
        return patched
      })
      return answer(reply, toWritten(written), present, certificate)
    },
    async DELETE(request, reply) {
      const id = await idOf(access, parameter(request, certificate.kind))
      const removed = await repository.remove(certificate.kind, byId(id))
      if (removed !== undefined) tellRevision(reply, removed.revision)
      return undefined
    },
  }
}

/** A name that is unknown becomes one of a new certificate. What the body does not name, it has no more. */
async function replace(access: EntityAccess, request: FastifyRequest): Promise<Written> {
  const { repository, writes } = access
  const text = parameter(request, certificate.kind)
  const known = isUuid(text) ? text.toLowerCase() : await namedBy(access, text)
  const { names = [], input } = withoutNames(writes.read(certificate, readBody(request)))
  const draft = await writes.whole(certificate, known === undefined ? input : { ...input, id: known })
  const named = await namesOf(access, draft.id, known === undefined ? [text, ...names] : names)
  const committed = await repository.write(async (batch) => {
    const stored = await batch.upsert(certificate.kind, byId(draft.id), draft)
    await settle(batch, stored.id, named)
    return stored
  })
  return toWritten(committed)
}

const byId = (id: string) => ({ field: 'id', value: id })

/** @throws Absent for a name that is no SNI's */
async function idOf(access: EntityAccess, text: string): Promise<string> {
  const id = isUuid(text) ? text.toLowerCase() : await namedBy(access, text)
  if (id === undefined) throw new Absent('SNI not found')
  return id
}

/** The certificate that a name is served with. */
async function namedBy({ repository }: EntityAccess, text: string): Promise<string | undefined> {
  return ownerOf(await repository.get(sni.kind, keyOf(sni, text)))
}

function ownerOf(found: Entity | undefined): string | undefined {
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
