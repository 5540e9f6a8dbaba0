import { target, upstream } from '@biplane/entities'
import { answered, type Describe, exactly, text } from '../contract.ts'
import { keyParameter } from '../entity-contracts.ts'
import { pageOf } from '../entity-schemas.ts'
import { paging } from '../parameters.ts'

const health = { enum: ['UNKNOWN', 'HEALTHCHECKS_OFF'] }
const id = { type: 'string', format: 'uuid' }

export const upstreamHealthContracts: Describe = (schemas) => ({
  GET: {
    summary: 'The health of the targets of an upstream, or its own',
    path: keyParameter(upstream),
    query: {
      ...paging,
      balancer_health: { description: 'With `1`, that of the upstream.', schema: { enum: ['0', '1'] } },
    },
    answers: {
      200: answered('As far as it is known here.', {
        anyOf: [
          pageOf(schemas.shownWith(target, { health }), { node_id: id }),
          exactly({ data: exactly({ health, id }), next: { type: 'null' }, node_id: id }),
        ],
      }),
    },
  },
})

export const setHealthContracts: Describe = () => ({
  PUT: {
    summary: 'Refused: each node judges the health of targets by itself',
    path: {
      ...keyParameter(upstream),
      ...keyParameter(target, { parent: upstream, field: 'upstream' }),
      address: { description: 'One address of the target.', schema: text },
    },
    answers: {},
  },
})
