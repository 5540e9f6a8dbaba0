import { defineEntity, type EntityOf } from '../definition.ts'
import { record, string } from '../field.ts'
import { createdAt, id, updatedAt } from '../vocabulary.ts'

/** Kong's open-source edition has one, `default`, which migrations make; nodes expect it. Others may be made, and hold nothing. */
export const workspace = defineEntity({
  kind: 'workspaces',
  collection: 'workspaces',
  endpointKey: 'name',
  fields: {
    id,
    name: string({
      required: true,
      unique: true,
      len_min: 1,
      not_one_of: [
        'workspaces',
        'consumers',
        'certificates',
        'services',
        'routes',
        'snis',
        'upstreams',
        'targets',
        'plugins',
        'tags',
        'ca_certificates',
        'clustering_data_planes',
        'parameters',
        'vaults',
        'key_sets',
        'keys',
        'filter_chains',
      ],
      description: 'A unique string representing a UTF-8 encoded name.',
    }),
    comment: string(),
    created_at: createdAt,
    updated_at: updatedAt,
    meta: record({}, { required: true }),
    config: record({}, { required: true }),
  },
})
export type Workspace = EntityOf<typeof workspace>
