import { plugin } from '@biplane/entities'
import { itemHandlers, notFound, parameter, topLevel } from './collection.ts'
import { keyOf } from './key.ts'
import type { OwnWays } from './own-ways.ts'

/** A patch of a plugin needs its name, so Kong looks for the plugin first and has other words for one that is missing. */
export const plugins: OwnWays = {
  top: (access) => {
    const { PATCH } = itemHandlers(access, plugin, topLevel)
    return {
      item: {
        async PATCH(request, reply) {
          const key = keyOf(plugin, parameter(request, plugin.kind))
          const found = await access.repository.get(plugin.kind, key)
          return found === undefined ? notFound(reply) : PATCH?.(request, reply)
        },
      },
    }
  },
}
