import { protocols, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { fullPairs, headerPairs, headerRenames, headers, texts } from '../fields/name-value-pairs.ts'

const added = { body: fullPairs, headers: headerPairs, querystring: fullPairs }

// Values may be templates, `$(...)` around an expression in Lua. Kong compiles them when they are written; there is no Lua
// here to ask.
const config = record(
  {
    http_method: string({
      match: '^%u+$',
      description:
        'A string representing an HTTP method, such as GET, POST, PUT, or DELETE. The string must contain only uppercase letters.',
    }),
    remove: record({ body: texts, headers, querystring: texts }, { required: true }),
    rename: record({ body: fullPairs, headers: headerRenames, querystring: fullPairs }, { required: true }),
    replace: record({ ...added, uri: string() }, { required: true }),
    add: record(added, { required: true }),
    append: record(added, { required: true }),
  },
  { required: true },
)
export type RequestTransformerConfig = ValueOf<typeof config>

export const requestTransformerSchema = {
  name: 'request-transformer',
  priority: 801,
  fields: { protocols, config },
} satisfies BundledSchema
