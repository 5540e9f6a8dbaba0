import { tag, valueSchema } from '@biplane/entities'
import { answered, type Describe, exactly, text } from '../contract.ts'
import { pageOf } from '../entity-schemas.ts'
import { paging } from '../parameters.ts'

const tagging = exactly({ tag: text, entity_name: text, entity_id: { type: 'string', format: 'uuid' } })

export const tagsContracts: Describe = () => ({
  GET: {
    summary: 'List which entities carry which tags',
    query: paging,
    answers: { 200: answered('A page.', pageOf(tagging)) },
  },
  POST: {
    summary: 'Refused: tags are written with the entities that carry them',
    answers: {},
  },
})

export const tagContracts: Describe = () => ({
  GET: {
    summary: 'List the entities that carry a tag',
    path: {
      tags: {
        description: 'The tag.',
        schema: valueSchema(tag, { side: 'shown', keysOf: () => [] }),
      },
    },
    query: paging,
    answers: { 200: answered('A page.', pageOf(tagging)) },
  },
})
