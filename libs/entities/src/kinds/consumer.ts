import { atLeastOneOf } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { createdAt, id, tags, updatedAt } from '../vocabulary.ts'

/** Who sends requests. */
export const consumer = defineEntity({
  kind: 'consumers',
  collection: 'consumers',
  endpointKey: 'username',
  fields: {
    id,
    created_at: createdAt,
    updated_at: updatedAt,
    username: string({
      unique: true,
      description:
        'The unique username of the Consumer. You must send either this field or custom_id with the request.',
    }),
    custom_id: string({ unique: true, description: 'Stores the existing unique ID of the consumer.' }),
    tags,
  },
  checks: [atLeastOneOf('custom_id', 'username')],
})
export type Consumer = EntityOf<typeof consumer>
