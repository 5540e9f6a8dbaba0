import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { createdAt, id, tags, updatedAt } from '../vocabulary.ts'

/** Keys that belong together. */
export const keySet = defineEntity({
  kind: 'key_sets',
  collection: 'key-sets',
  endpointKey: 'name',
  fields: {
    id,
    name: string({
      required: false,
      unique: true,
      description: 'The name to associate with the given key-set.',
    }),
    tags,
    created_at: createdAt,
    updated_at: updatedAt,
  },
})
export type KeySet = EntityOf<typeof keySet>
