import { type Answer, send } from '../client.ts'

/** A field as `/schemas` tells it. */
export interface SchemaField {
  readonly type: string
  readonly required?: boolean
  readonly auto?: boolean
  readonly uuid?: boolean
  readonly timestamp?: boolean
  readonly default?: unknown
  readonly one_of?: readonly (string | number | boolean)[]
  readonly between?: readonly [number, number]
  readonly gt?: number
  readonly starts_with?: string
  readonly is_regex?: boolean
  readonly reference?: string
  readonly elements?: SchemaField
  readonly keys?: SchemaField
  readonly values?: SchemaField
  readonly fields?: SchemaFields
}

/** One object with one member each. */
export type SchemaFields = readonly Readonly<Record<string, SchemaField>>[]

export interface Path {
  /** As `/endpoints` tells it: `/services/{services}/routes`. */
  readonly template: string
  readonly verbs: readonly string[]
  /** Of what a body would be sent there; null where that is no entity. */
  readonly kind: string | null
}

/** What the Admin API says of itself. Nothing here knows more of it than a client does. */
export interface Catalogue {
  readonly paths: readonly Path[]
  /** By kind. */
  readonly schemas: ReadonlyMap<string, SchemaFields>
  /** By name; the fields of a plugin, its config among them. */
  readonly plugins: ReadonlyMap<string, SchemaFields>
}

export async function readCatalogue(admin: string): Promise<Catalogue> {
  const { data: templates } = (await ok(`${admin}/endpoints`)).json<{ data: string[] }>()
  const kinds = new Set(templates.map((template) => /^\/[^/{]+\/\{([a-z_0-9]+)\}$/.exec(template)?.[1] ?? ''))
  for (const template of templates) kinds.add(/\{([a-z_0-9]+)\}$/.exec(template)?.[1] ?? '')
  const schemas = new Map<string, SchemaFields>()
  for (const kind of kinds) {
    const answer = await send(`${admin}/schemas/${kind}`)
    if (kind !== '' && answer.status === 200)
      schemas.set(kind, answer.json<{ fields: SchemaFields }>().fields)
  }
  const { enabled_plugins: names } = (await ok(`${admin}/plugins/enabled`)).json<{
    enabled_plugins: string[]
  }>()
  const plugins = new Map<string, SchemaFields>()
  for (const name of names)
    plugins.set(name, (await ok(`${admin}/schemas/plugins/${name}`)).json<{ fields: SchemaFields }>().fields)
  const paths: Path[] = []
  for (const template of templates) {
    const { headers } = await send(`${admin}${template.replaceAll(/[{}]/g, '')}`, { method: 'OPTIONS' })
    const verbs = (headers.get('allow') ?? 'GET').split(', ')
    paths.push({ template, verbs, kind: kindOf(template, templates, schemas) })
  }
  return { paths, schemas, plugins }
}

async function ok(url: string): Promise<Answer> {
  const answer = await send(url)
  if (answer.status !== 200) throw new Error(`GET ${url}: ${answer.status} ${answer.text}`)
  return answer
}

function kindOf(
  template: string,
  templates: readonly string[],
  schemas: ReadonlyMap<string, SchemaFields>,
): string | null {
  const known = (kind: string | undefined) => (kind !== undefined && schemas.has(kind) ? kind : null)
  const [, last] = /\{([^}]+)\}$/.exec(template) ?? []
  if (last !== undefined) return known(last)
  const item = templates.find((each) => each.startsWith(`${template}/{`) && each.endsWith('}'))
  if (item !== undefined) return known(/\{([^}]+)\}$/.exec(item)?.[1])
  const [, holder = '', field = ''] = /\{([^}]+)\}\/([^/]+)$/.exec(template) ?? []
  return known(fieldsOf(schemas.get(holder) ?? []).get(field)?.reference)
}

/** By name. */
export function fieldsOf(fields: SchemaFields): ReadonlyMap<string, SchemaField> {
  return new Map(fields.flatMap((each) => Object.entries(each)))
}
