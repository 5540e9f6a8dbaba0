import { schemaViolation, workspace } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { BadRequest } from '../bad-request.ts'
import { readBody } from '../body.ts'
import type { Handler } from '../manners.ts'
import { type EntityAccess, itemHandlers, parameter, topLevel } from './collection.ts'
import { keyOf } from './key.ts'
import type { OwnWays } from './own-ways.ts'

const DEFAULT = 'default'

/** The workspace that everything is in stays, and keeps its name: nodes look for it. */
export const workspaces: OwnWays = {
  top: (access) => {
    const { PUT, PATCH, DELETE } = itemHandlers(access, workspace, topLevel)
    const unlessRenamed =
      (write: Handler | undefined): Handler =>
      async (request, reply) => {
        const { name = DEFAULT } = access.writes.read(workspace, readBody(request))
        if (name !== DEFAULT && (await isDefault(access, request)))
          throw schemaViolation({ name: 'immutable field cannot be updated' })
        return write?.(request, reply)
      }
    return {
      item: {
        PUT: unlessRenamed(PUT),
        PATCH: unlessRenamed(PATCH),
        async DELETE(request, reply) {
          if (await isDefault(access, request))
            throw new BadRequest(400, 'the default workspace cannot be deleted')
          return DELETE?.(request, reply)
        },
      },
    }
  },
}

async function isDefault({ repository }: EntityAccess, request: FastifyRequest): Promise<boolean> {
  const key = keyOf(workspace, parameter(request, workspace.kind))
  return (await repository.get(workspace.kind, key))?.name === DEFAULT
}
