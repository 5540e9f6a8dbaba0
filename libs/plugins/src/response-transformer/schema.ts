import { array, protocolsHttp, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { headerRenames, pairs, texts } from '../fields/name-value-pairs.ts'

const added = record(
  {
    json: pairs,
    json_types: array(string({ one_of: ['boolean', 'number', 'string'] }), {
      required: true,
      default: [],
      description:
        'List of JSON type names. Specify the types of the JSON values returned when appending\nJSON properties. Each string element can be one of: boolean, number, or string.',
    }),
    headers: pairs,
  },
  { required: true },
)

const config = record(
  {
    remove: record({ json: texts, headers: texts }, { required: true }),
    rename: record({ headers: headerRenames }, { required: true }),
    replace: added,
    add: added,
    append: added,
  },
  { required: true },
)
export type ResponseTransformerConfig = ValueOf<typeof config>

export const responseTransformerSchema = {
  name: 'response-transformer',
  priority: 800,
  fields: { protocols: protocolsHttp, config },
} satisfies BundledSchema
