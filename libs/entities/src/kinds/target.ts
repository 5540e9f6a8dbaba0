import { defineEntity, type EntityOf } from '../definition.ts'
import { foreign, integer, string } from '../field.ts'
import { normalTarget, targetProblem } from '../validators/target.ts'
import { createdAtFine, id, tags, updatedAtFine } from '../vocabulary.ts'

/** Where requests for an upstream may go to. A weight of 0 keeps it, but sends nothing there. */
export const target = defineEntity({
  kind: 'targets',
  collection: null,
  nestedKey: 'target',
  nested: { upstream: 'targets' },
  uniqueTogether: [['upstream', 'target']],
  cacheKey: ['upstream', 'target'],
  normalize: (entity) => (typeof entity.target === 'string' ? { target: normalTarget(entity.target) } : {}),
  fields: {
    id,
    created_at: createdAtFine,
    updated_at: updatedAtFine,
    upstream: foreign('upstreams', {
      required: true,
      on_delete: 'cascade',
      description: 'The unique identifier or the name of the upstream for which to update the target.',
    }),
    target: string({
      required: true,
      custom: targetProblem,
      description: 'The target address (ip or hostname) and port.',
    }),
    weight: integer({
      default: 100,
      between: [0, 65535],
      description: 'The weight this target gets within the upstream loadbalancer (0-65535).',
    }),
    tags,
  },
})
export type Target = EntityOf<typeof target>
