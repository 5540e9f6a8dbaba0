import { workspace } from '@biplane/entities'
import { BadRequest } from '../bad-request.ts'
import { pathOf } from '../query.ts'
import { itemHandlers, topLevel } from './collection.ts'
import { keyOf } from './key.ts'
import type { OwnWays } from './own-ways.ts'

/** The workspace that everything is in stays: nodes look for it. */
export const workspaces: OwnWays = {
  top: (access) => {
    const { DELETE } = itemHandlers(access, workspace, topLevel)
    return {
      item: {
        async DELETE(request, reply) {
          const text = decodeURIComponent(pathOf(request).split('/').at(-1) ?? '')
          const found = await access.repository.get(workspace.kind, keyOf(workspace, text))
          if (found?.name === 'default') throw new BadRequest(400, 'the default workspace cannot be deleted')
          return DELETE?.(request, reply)
        },
      },
    }
  },
}
