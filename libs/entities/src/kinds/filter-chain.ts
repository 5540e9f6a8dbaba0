import { atLeastOneOf, customCheck, mutuallyExclusive } from '../checks.ts'
import { defineEntity } from '../definition.ts'
import { array, boolean, foreign, record, string } from '../field.ts'
import { createdAt, id, tags, uniqueName, updatedAt } from '../vocabulary.ts'

/** Filters in WebAssembly, which run in Kong where that is switched on. Here it is always off, so no filter is known. */
export const filterChain = defineEntity({
  kind: 'filter_chains',
  collection: 'filter-chains',
  endpointKey: 'name',
  cacheKey: ['route', 'service'],
  fields: {
    id,
    name: uniqueName,
    enabled: boolean({ required: true, default: true }),
    route: foreign('routes', { default: null, on_delete: 'cascade', unique: true }),
    service: foreign('services', { default: null, on_delete: 'cascade', unique: true }),
    filters: array(
      record({
        name: string({ required: true, one_of: [], err: 'no such filter' }),
        config: string({ required: false }),
        enabled: boolean({ required: true, default: true }),
      }),
      { required: true, len_min: 1 },
    ),
    created_at: createdAt,
    updated_at: updatedAt,
    tags,
  },
  checks: [
    mutuallyExclusive('service', 'route'),
    atLeastOneOf('service', 'route'),
    // Kong asks its filters about their configs.
    customCheck(['filters'], () => undefined, { run_with_invalid_fields: true }),
  ],
})
