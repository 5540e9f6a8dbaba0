import type { JsonObject } from '@biplane/entities'
import { bySegments } from '../path-template.ts'
import { preflightSchema } from '../preflight/schema.ts'
import { securitySchemes } from './callers.ts'
import { exactly, formSchema, text } from './contract.ts'
import type { EntitySchemas } from './entity-schemas.ts'
import { responseHeaders } from './headers.ts'
import { lateSchema } from './late.ts'
import { type Endpoint, operation, responseOf } from './operation.ts'
import { sharedParameters } from './parameters.ts'
import { reductionSchema } from './reduction.ts'
import { refusalSchemas } from './refusals.ts'
import { sharedAnswers } from './shared-answers.ts'

/** The whole Admin API as an OpenAPI document. */
export function openApiDocument(
  endpoints: readonly Omit<Endpoint, 'reserved'>[],
  schemas: EntitySchemas,
  version: string,
): JsonObject {
  const templates = [...new Set(endpoints.map(({ template }) => template))].sort(bySegments)
  const operations = endpoints.map((endpoint) => ({
    ...endpoint,
    shown: operation({ ...endpoint, reserved: reservedIn(endpoint.template, templates) }),
  }))
  const paths = templates.map((template) => [
    template,
    Object.fromEntries(
      operations
        .filter((each) => each.template === template)
        .map(({ method, shown }) => [method.toLowerCase(), shown]),
    ),
  ])
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Biplane Admin API', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    // Nothing is asked for, or one of them.
    security: [{}, ...Object.keys(securitySchemes).map((name) => ({ [name]: [] }))],
    tags: [...new Set(operations.flatMap(({ shown }) => groupsOf(shown)))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: {
        ...schemas.components,
        ...refusalSchemas(),
        form: formSchema,
        late: lateSchema(),
        preflight: preflightSchema(),
        violation: exactly({ kind: text, id: text, field: text, message: text }),
        withheld: exactly({ kind: text, message: text, subject: text }, ['subject']),
        reduction: reductionSchema,
      },
      parameters: sharedParameters,
      responses: Object.fromEntries(
        Object.entries(sharedAnswers).map(([name, answer]) => [name, responseOf(answer)]),
      ),
      headers: responseHeaders,
      securitySchemes,
    },
  }
}

const DESCRIPTION = [
  'Kong 3.4’s Admin API, and what Biplane adds to it. Made from the definitions that the server itself works with.',
  'HEAD answers as GET without a body; OPTIONS answers 204 and tells the verbs of a path in `Allow`; any other verb is answered 405.',
  'What the schemas of bodies allow may still be refused, where a rule needs more than a schema can say.',
].join('\n\n')

function groupsOf({ tags }: JsonObject): readonly string[] {
  return Array.isArray(tags) ? tags.map(String) : []
}

/** Of each parameter of a path, the texts in its place that make it another path. */
function reservedIn(template: string, templates: readonly string[]): Endpoint['reserved'] {
  const own = template.split('/')
  const reserved = new Map<string, string[]>()
  for (const other of templates) {
    const segments = other.split('/')
    if (segments.length !== own.length) continue
    const [at, ...more] = own.flatMap((segment, index) => (segment === segments[index] ? [] : [index]))
    const [name, word] = at === undefined || more.length > 0 ? [] : [own[at], segments[at]]
    if (name === undefined || word === undefined || !name.startsWith('{') || word.startsWith('{')) continue
    const known = reserved.get(name.slice(1, -1)) ?? []
    reserved.set(name.slice(1, -1), [...known, word])
  }
  return reserved
}
