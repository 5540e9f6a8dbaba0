import { defineEntity } from '../definition.ts'
import { string } from '../field.ts'
import { ipProblem } from '../validators/ip.ts'
import { createdAt, host, id } from '../vocabulary.ts'

/** A node as `GET /clustering/data-planes` lists it. What is known of nodes is no config: it is kept beside. */
export const clusteringDataPlane = defineEntity({
  kind: 'clustering_data_planes',
  collection: null,
  ttl: true,
  fields: {
    id: { ...id, required: true },
    last_seen: createdAt,
    updated_at: createdAt,
    ip: string({
      required: true,
      custom: ipProblem,
      description: 'A string representing an IP address, such as 192.168.1.1.',
    }),
    config_hash: string({ len_eq: 32 }),
    hostname: host({ required: true }),
    version: string({
      match_any: {
        patterns: ['^%d+[%.%d]*$', '^%d+[%.%d]*%-?.*$'],
        err: 'invalid version number: must be in format of X.Y.Z',
      },
      match_none: [{ pattern: '%.%.', err: 'must not have empty version segments' }],
      description:
        'A string representing a semantic version number in the format X.Y.Z(-build), where X, Y, and Z are integers, plus an optional hyphen-separated build identifier.',
    }),
    sync_status: string({
      required: true,
      default: 'unknown',
      one_of: [
        'unknown',
        'normal',
        'kong_version_incompatible',
        'plugin_set_incompatible',
        'plugin_version_incompatible',
        'filter_set_incompatible',
      ],
      description: 'The status of the clustering data planes sync.',
    }),
  },
})
