import { protocols, record, string, type ValueOf } from '@biplane/entities'
import type { BundledSchema } from '../bundled.ts'
import { headerRenames, headers, headerTemplates, templates, texts } from '../fields/name-value-pairs.ts'
import { templateProblem } from '../transforming/template.ts'

const added = { body: templates, headers: headerTemplates, querystring: templates }

const config = record(
  {
    http_method: string({
      match: '^%u+$',
      description:
        'A string representing an HTTP method, such as GET, POST, PUT, or DELETE. The string must contain only uppercase letters.',
    }),
    remove: record({ body: texts, headers, querystring: texts }, { required: true }),
    rename: record({ body: templates, headers: headerRenames, querystring: templates }, { required: true }),
    replace: record({ ...added, uri: string({ custom: templateProblem }) }, { required: true }),
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
