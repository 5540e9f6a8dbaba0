import type { FastifyReply } from 'fastify'

/** Which revision a write became: the same number that nodes report when they have applied it. */
export const REVISION_HEADER = 'X-Biplane-Revision'

/** @param revision null where nothing was written, or not alone: then whoever wrote it all will tell */
export function tellRevision(reply: FastifyReply, revision: number | null): void {
  if (revision !== null) reply.header(REVISION_HEADER, String(revision))
}
