import { customCheck } from '../checks.ts'
import { defineEntity } from '../definition.ts'
import { expressionHarm, expressionProblem } from '../expressions/check.ts'
import { integer, string } from '../field.ts'
import { route } from './route.ts'

const {
  id,
  created_at,
  updated_at,
  name,
  protocols,
  https_redirect_status_code,
  strip_path,
  preserve_host,
  request_buffering,
  response_buffering,
  tags,
  service,
} = route.fields

/** A route where `router_flavor` is `expressions`: one text instead of attributes, and a number for which one wins. */
export const expressionRoute = defineEntity({
  kind: 'routes',
  collection: 'routes',
  endpointKey: 'name',
  nested: { service: 'routes' },
  fields: {
    ...{ id, created_at, updated_at, name, protocols, https_redirect_status_code, strip_path, preserve_host },
    ...{ request_buffering, response_buffering, tags, service },
    expression: string({ required: true, harm: expressionHarm, description: 'The router expression.' }),
    priority: integer({
      required: true,
      default: 0,
      description:
        'A number used to choose which route resolves a given request when several routes match it using regexes simultaneously.',
    }),
  },
  checks: [
    customCheck(['expression', 'id'], ({ expression }) => {
      const problem = typeof expression === 'string' ? expressionProblem(expression) : undefined
      return problem && `Router Expression failed validation: ${problem}`
    }),
  ],
})
