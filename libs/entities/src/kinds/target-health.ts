import { defineEntity, type EntityOf } from '../definition.ts'
import { foreign, string } from '../field.ts'
import { addressProblem, normalTarget } from '../validators/target.ts'
import { createdAtFine, id, updatedAtFine } from '../vocabulary.ts'

/**
 * What somebody has set the health of a target to, at `updated_at`: of all its addresses, or of one. A word for the whole
 * target takes off those for its addresses, so where both are there that of the address is the newer one.
 */
export const targetHealth = defineEntity({
  kind: 'target_health',
  collection: null,
  internal: true,
  uniqueTogether: [['target', 'address']],
  normalize: (entity) =>
    typeof entity.address === 'string' ? { address: normalTarget(entity.address) } : {},
  fields: {
    id,
    created_at: createdAtFine,
    updated_at: updatedAtFine,
    target: foreign('targets', { required: true, on_delete: 'cascade' }),
    address: string({
      custom: addressProblem,
      description: 'The address as ip:port, an IPv6 one in brackets; null means all addresses of the target.',
    }),
    health: string({ required: true, one_of: ['healthy', 'unhealthy'] }),
  },
})
export type TargetHealth = EntityOf<typeof targetHealth>
