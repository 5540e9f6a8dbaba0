import { defineEntity } from '../definition.ts'
import { integer, string } from '../field.ts'

/** A counter of the rate-limiting plugin under its policy `cluster`, which no control plane of data planes offers. */
export const ratelimitingMetric = defineEntity({
  kind: 'ratelimiting_metrics',
  collection: null,
  idField: 'identifier',
  fields: {
    identifier: string({ required: true, len_min: 0 }),
    period: string({ required: true }),
    period_date: integer({ required: true, timestamp: true }),
    service_id: string({ required: true, uuid: true }),
    route_id: string({ required: true, uuid: true }),
    value: integer({ required: true }),
  },
})
