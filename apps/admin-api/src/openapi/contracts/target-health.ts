import { target, upstream } from '@biplane/entities'
import { answered, type Describe, exactly, text } from '../contract.ts'
import { keyParameter } from '../entity-contracts.ts'
import { pageOf } from '../entity-schemas.ts'
import { paging } from '../parameters.ts'

const words = ['HEALTHY', 'UNHEALTHY', 'HEALTHCHECKS_OFF', 'DNS_ERROR', 'UNKNOWN']
const health = { enum: words, description: 'The worst that any node thinks; UNKNOWN where none has told.' }
const id = { type: 'string', format: 'uuid' }
const count = { type: 'integer', minimum: 0 }
const moment = { type: ['integer', 'null'], description: 'Unix seconds.' }
const weight = exactly({ total: count, available: count, unavailable: count })
const nodes_by_health = {
  ...{ type: 'object', additionalProperties: count },
  description: 'How many nodes think what: several words mean that they differ.',
}
const nodes = {
  type: 'array',
  description: 'What each connected node thinks, the worst first, at most 50.',
  items: exactly({
    ...{ id, hostname: text, health: { enum: words }, since: moment, told_at: moment },
    unhealthy_addresses: { type: 'array', items: text },
  }),
}
const addresses = {
  type: 'array',
  items: exactly({ ip: text, port: count, weight: count, health: { enum: words }, nodes_by_health }),
}
const data = exactly({
  ...{ host: text, port: count, nodeWeight: count, weight, addresses },
  dns: { type: ['string', 'null'] },
})
const manual = {
  type: 'array',
  description: 'What its health was set to here, by hand.',
  items: exactly({
    address: { type: ['string', 'null'], description: 'Null for all of them.' },
    health: { enum: ['healthy', 'unhealthy'] },
    set_at: { type: 'number', description: 'Unix seconds.' },
  }),
}

export const upstreamHealthContracts: Describe = (schemas) => ({
  GET: {
    summary: 'The health of the targets of an upstream, or its own',
    path: keyParameter(upstream),
    query: {
      ...paging,
      balancer_health: { description: 'With `1`, that of the upstream.', schema: { enum: ['0', '1'] } },
    },
    answers: {
      200: answered('What all connected nodes think, and each of them.', {
        anyOf: [
          pageOf(schemas.shownWith(target, { health, data, nodes, nodes_by_health, manual }), {
            node_id: id,
          }),
          exactly({
            data: exactly(
              {
                ...{ id, health, balancer_health: health, nodes, nodes_by_health },
                details: exactly({ healthy: { type: 'boolean' }, weight }),
              },
              ['details'],
            ),
            next: { type: 'null' },
            node_id: id,
          }),
        ],
      }),
    },
  },
})

export const setHealthContracts: Describe = () => ({
  PUT: {
    summary: 'Set the health of a target, or of one of its addresses, on all nodes',
    path: {
      ...keyParameter(upstream),
      ...keyParameter(target, { parent: upstream, field: 'upstream' }),
      address: { description: 'One address of the target.', schema: text },
    },
    answers: { 204: answered('All nodes are told.') },
  },
})
