import { defineEntity, type EntityOf } from '../definition.ts'
import { string } from '../field.ts'
import { createdAt, id, ofConsumer, tags } from '../vocabulary.ts'

/** A group that a consumer is in, which the acl plugin lets through or stops. */
export const acl = defineEntity({
  kind: 'acls',
  collection: 'acls',
  nestedKey: 'group',
  cacheKey: ['consumer', 'group'],
  uniqueTogether: [['consumer', 'group']],
  nested: { consumer: 'acls' },
  fields: {
    id,
    created_at: createdAt,
    consumer: ofConsumer,
    group: string({ required: true }),
    tags,
  },
})
export type Acl = EntityOf<typeof acl>
