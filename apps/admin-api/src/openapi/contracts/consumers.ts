import { consumer } from '@biplane/entities'
import type { Describe } from '../contract.ts'
import { collectionContracts } from '../entity-contracts.ts'

const common = collectionContracts(consumer)

export const consumersContracts: Describe = (schemas) => {
  const { GET, ...others } = common(schemas)
  const custom_id = {
    description: 'Only the one with this `custom_id`.',
    schema: { type: 'string', minLength: 1 },
  }
  return { ...others, ...(GET && { GET: { ...GET, query: { ...GET.query, custom_id } } }) }
}
