import type { Entity, Kind } from './entity.ts'

/** The same in every cluster: what nodes call the workspace that everything is in. */
export const DEFAULT_WORKSPACE = '0dc6f45b-8f8d-40d2-a504-473544ee190b'

/**
 * What every config holds, so that no hash of one is that of "never received".
 *
 * @param clusterId a UUID
 * @param now whole seconds since the epoch
 */
export function seeds(clusterId: string, now: number): readonly (readonly [Kind, Entity])[] {
  return [
    ['parameters', { id: 'cluster_id', key: 'cluster_id', value: clusterId, created_at: now }],
    [
      'workspaces',
      {
        id: DEFAULT_WORKSPACE,
        name: 'default',
        comment: null,
        created_at: now,
        updated_at: now,
        meta: {},
        config: {},
      },
    ],
  ]
}
