import type { JsonSchema } from '@biplane/entities'
import { answered, type Describe, exactly, listOf, orNull, text, whole } from '../contract.ts'
import { pageOf } from '../entity-schemas.ts'
import { paging } from '../parameters.ts'
import { refTo } from '../refusals.ts'

const hash = { type: 'string', pattern: '^[0-9a-f]{32}$' }

const row: Readonly<Record<string, JsonSchema>> = {
  hostname: text,
  ip: text,
  version: text,
  labels: { type: 'object', additionalProperties: text },
  sync_status: {
    enum: [
      'unknown',
      'normal',
      'kong_version_incompatible',
      'plugin_set_incompatible',
      'plugin_version_incompatible',
      'filter_set_incompatible',
    ],
  },
  state: { enum: ['in_sync', 'behind', 'rejected', 'withheld', 'offline'] },
  config_hash: hash,
  config_revision: whole,
  desired_hash: hash,
  desired_revision: whole,
  last_seen: whole,
  updated_at: whole,
  connected_since: orNull(whole),
  offline_since: orNull(whole),
  applied_at: orNull(whole),
  apply_took_ms: orNull({ type: 'number', minimum: 0 }),
  hub: text,
  duplicate_of: orNull(text),
  certificate_expires_at: orNull(whole),
  errors: listOf(refTo('violation')),
  quarantined: listOf(exactly({ kind: text, id: text, message: text })),
  withheld: orNull(refTo('withheld')),
  reductions: listOf(refTo('reduction')),
  ttl: { type: 'integer' },
}

export const dataPlanesContracts: Describe = () => ({
  GET: {
    summary: 'List the nodes: what each runs, what it should, and why it does not',
    query: paging,
    answers: { 200: answered('A page.', pageOf(exactly({ id: text, ...row }))) },
  },
})

export const dataPlaneContracts: Describe = () => ({
  GET: {
    summary: 'Show a node',
    path: nodeId,
    answers: { 200: answered('The node.', exactly({ id: text, ...row })), 404: 'absent' },
  },
  DELETE: {
    summary: 'Remove a node that is gone from the list',
    description: 'One that comes back is listed anew.',
    path: nodeId,
    answers: {
      204: answered('It is not listed any more.'),
      404: 'absent',
      409: answered('It is connected.', refTo('message')),
    },
  },
})

const nodeId = { id: { description: 'The id of the node.', schema: text } }

export const hubsContracts: Describe = () => ({
  GET: {
    summary: 'List the hubs: where each is, and how many nodes it has',
    query: paging,
    answers: { 200: answered('A page.', pageOf(exactly(hub))) },
  },
})

const hub: Readonly<Record<string, JsonSchema>> = {
  id: text,
  hostname: orNull(text),
  ip: orNull(text),
  version: orNull(text),
  state: { enum: ['connected', 'draining', 'offline'] },
  parent: orNull(text),
  config_hash: orNull(hash),
  config_revision: orNull(whole),
  nodes: whole,
  last_seen: whole,
  connected_since: orNull(whole),
  offline_since: orNull(whole),
  ttl: { type: 'integer' },
}

export const clusteringStatusContracts: Describe = () => ({
  GET: {
    summary: 'All nodes by id',
    deprecated: true,
    answers: {
      200: {
        ...answered('Every node.', {
          type: 'object',
          additionalProperties: exactly({ config_hash: hash, hostname: text, ip: text, last_seen: whole }),
        }),
        headers: ['Deprecation'],
      },
    },
  },
})
