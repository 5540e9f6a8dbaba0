import { defineEntity, type EntityOf } from '../definition.ts'
import { abstractRecord, record, string } from '../field.ts'
import type { Subschema } from '../plugin-schema.ts'
import { createdAt, id, tags, updatedAt } from '../vocabulary.ts'

/** Secrets in the environment of the node that looks them up. */
const env: Subschema = {
  fields: {
    config: record({ prefix: string({ match: '^[%a_-][%a%d_-]*$' }) }),
  },
  checks: [],
}

/** The sorts of vaults that there are. Each is there under its own name too, which no vault may take as its prefix. */
const SORTS: ReadonlyMap<string, Subschema> = new Map([['env', env]])

/** Where secrets lie, with how to look there. `{vault://prefix/…}` names one of them. */
export const vault = defineEntity({
  kind: 'vaults',
  collection: 'vaults',
  endpointKey: 'prefix',
  cacheKey: ['prefix'],
  specialized: {
    by: 'name',
    subschema: (name) => SORTS.get(name),
    names: () => SORTS.keys(),
    unknown: (name) => `vault '${name}' is not installed`,
  },
  fields: {
    id,
    prefix: string({
      required: true,
      unique: true,
      unique_across_ws: true,
      match: '^[a-z][a-z%d-]-[a-z%d]+$',
      not_one_of: [...SORTS.keys()],
      description: 'The unique prefix (or identifier) for this Vault configuration.',
    }),
    name: string({ required: true, description: "The name of the Vault that's going to be added." }),
    description: string({ description: 'The description of the Vault entity.' }),
    config: abstractRecord({
      description:
        "The configuration properties for the Vault which can be found on the vaults' documentation page.",
    }),
    created_at: createdAt,
    updated_at: updatedAt,
    tags,
  },
})
export type Vault = EntityOf<typeof vault>
