import { defineEntity, type EntityOf } from '../definition.ts'
import { foreign } from '../field.ts'
import { createdAt, id, tags, updatedAt, wildcardSni } from '../vocabulary.ts'

/** A name for which clients are shown a certificate. */
export const sni = defineEntity({
  kind: 'snis',
  collection: 'snis',
  endpointKey: 'name',
  nested: { certificate: 'snis' },
  unlinked: ['certificate'],
  goesWith: ['certificate'],
  fields: {
    id,
    name: wildcardSni({ unique: true, required: true, unique_across_ws: true }),
    created_at: createdAt,
    updated_at: updatedAt,
    tags,
    certificate: foreign('certificates', {
      required: true,
      description: 'The id (a UUID) of the certificate with which to associate the SNI hostname.',
    }),
  },
})
export type Sni = EntityOf<typeof sni>
