import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { createdAt } from '../vocabulary.ts'

/** A value of the whole cluster, such as its id. Written by migrations only. */
export const parameter = defineEntity({
  kind: 'parameters',
  collection: null,
  endpointKey: 'key',
  idField: 'key',
  fields: {
    created_at: createdAt,
    key: string({ required: true, unique: true, description: 'They key value of a parameter.' }),
    value: string({ required: true, description: 'The value attached to the key.' }),
  },
})
export type Parameter = EntityOf<typeof parameter>
