import { consumer } from '@biplane/entities'
import { consumersContracts } from '../openapi/contracts/consumers.ts'
import { queryOf } from '../query.ts'
import { collectionHandlers, topLevel } from './collection.ts'
import type { OwnWays } from './own-ways.ts'

/** Consumers can be looked for by `custom_id`, which is no key in a path: the list is of that one then. */
export const consumers: OwnWays = {
  top: (access) => {
    const { GET: listed } = collectionHandlers(access, consumer, topLevel)
    return {
      collection: {
        describe: consumersContracts,
        async GET(request, reply) {
          const value = queryOf(request).get('custom_id')
          if (value === null) return listed?.(request, reply)
          const found = await access.repository.get(consumer.kind, { field: 'custom_id', value })
          return { data: await access.present(consumer, found === undefined ? [] : [found]), next: null }
        },
      },
    }
  },
}
