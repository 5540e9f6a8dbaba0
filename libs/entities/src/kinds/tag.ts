import { defineEntity } from '../definition.ts'
import { string } from '../field.ts'
import { id, tag as tagText } from '../vocabulary.ts'

/** One tag of one entity, as `GET /tags` lists them. */
export const tag = defineEntity({
  kind: 'tags',
  collection: null,
  idField: 'entity_id',
  fields: {
    tag: tagText,
    entity_name: string({
      required: true,
      description: 'The name of the Kong Gateway entity being tagged.',
    }),
    entity_id: { ...id, required: true },
  },
})
