import { target, upstream } from '@biplane/entities'
import type { Describe } from '../contract.ts'
import { collectionContracts } from '../entity-contracts.ts'

const common = collectionContracts(target, { parent: upstream, field: 'upstream' })

/** The newest first, paged by number. */
export const targetsContracts: Describe = (schemas) => {
  const { GET, ...others } = common(schemas)
  const offset = { description: 'How many to skip.', schema: { type: 'string', pattern: '^\\d{1,15}$' } }
  return { ...others, ...(GET && { GET: { ...GET, query: { ...GET.query, offset } } }) }
}

export const allTargetsContracts: Describe = (schemas) => {
  const { GET } = common(schemas)
  return GET === undefined ? {} : { GET: { ...GET, summary: `${GET.summary}, every row that was written` } }
}
