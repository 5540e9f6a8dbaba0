import { certificate, isUuid, notFound, sni } from '@biplane/entities'
import { Absent } from '../bad-request.ts'
import { readBody } from '../body.ts'
import type { Handlers } from '../manners.ts'
import { tellRevision } from '../revision-header.ts'
import { certificateWrites, ownerOf } from './certificate-writes.ts'
import { answer, type EntityAccess, parameter, shownOne } from './collection.ts'
import { keyOf } from './key.ts'
import type { OwnWays } from './own-ways.ts'

/** Certificates are addressed by the name of an SNI as well. */
export const certificates: OwnWays = {
  find: async (access, text) => access.repository.get(certificate.kind, byId(await idOf(access, text))),
  top: (access) => ({ collection: collection(access), item: item(access) }),
  writes: certificateWrites,
}

function collection(access: EntityAccess): Handlers {
  return {
    async POST(request, reply) {
      const written = await certificateWrites(access).create(readBody(request))
      return answer(reply.code(201), written, access.present, certificate)
    },
  }
}

function item(access: EntityAccess): Handlers {
  const { repository, present } = access
  const writes = certificateWrites(access)
  return {
    async GET(request) {
      const id = await idOf(access, parameter(request, certificate.kind))
      const found = await repository.get(certificate.kind, byId(id))
      if (found === undefined) throw notFound({ id })
      return shownOne(present, certificate, found)
    },
    /** A name that is unknown becomes one of a new certificate. */
    async PUT(request, reply) {
      const text = parameter(request, certificate.kind)
      const written = isUuid(text)
        ? writes.replace(text.toLowerCase(), readBody(request))
        : writes.replace(await namedBy(access, text), readBody(request), text)
      return answer(reply, await written, present, certificate)
    },
    async PATCH(request, reply) {
      const id = await idOf(access, parameter(request, certificate.kind))
      return answer(reply, await writes.patch(id, readBody(request)), present, certificate)
    },
    async DELETE(request, reply) {
      const id = await idOf(access, parameter(request, certificate.kind))
      const removed = await repository.remove(certificate.kind, byId(id))
      if (removed !== undefined) tellRevision(reply, removed.revision)
      return undefined
    },
  }
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
