import { defineEntity, type EntityOf } from '../definition.ts'
import { foreign, string } from '../field.ts'
import { createdAt, id, tags, updatedAt } from '../vocabulary.ts'

/** Consumers that plugins treat alike. Kong's open edition has none. */
export const consumerGroup = defineEntity({
  kind: 'consumer_groups',
  collection: 'consumer_groups',
  endpointKey: 'name',
  fields: {
    id,
    created_at: createdAt,
    updated_at: updatedAt,
    name: string({ required: true, unique: true, description: 'The name of the group.' }),
    tags,
  },
})
export type ConsumerGroup = EntityOf<typeof consumerGroup>

/** That a consumer is in a group. */
export const consumerGroupMembership = defineEntity({
  kind: 'consumer_group_consumers',
  collection: null,
  uniqueTogether: [['consumer_group', 'consumer']],
  cacheKey: ['consumer_group', 'consumer'],
  fields: {
    id,
    created_at: createdAt,
    consumer_group: foreign('consumer_groups', {
      required: true,
      on_delete: 'cascade',
      description: 'The group.',
    }),
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'Who is in it.' }),
  },
})
export type ConsumerGroupMembership = EntityOf<typeof consumerGroupMembership>
