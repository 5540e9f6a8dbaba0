import type { Row } from '../../client.ts'
import type { Caller } from './caller.ts'
import { isRow, rowsIn } from './rows.ts'

/** Kinds whose defaults decK reads from their schemas; other kinds it takes as they stand in the file. */
const FILLED = ['services', 'routes', 'upstreams', 'targets']

/** A row with what the control plane would add to it, by its own schemas. */
export type Fill = (kind: string, row: Row) => Promise<Row>

export async function readDefaults(caller: Caller): Promise<Fill> {
  const schema = async (path: string): Promise<Row> =>
    (await caller.call('GET', `/schemas/${path}`, undefined, [404])).json()
  const known = FILLED.map(async (kind) => [kind, defaultsOf(await schema(kind))] as const)
  const entities = new Map(await Promise.all(known))
  const plugins = new Map<string, Promise<Row>>()
  return async (kind, row) => {
    if (kind !== 'plugins') return merged(entities.get(kind) ?? {}, row)
    const name = String(row.name)
    const read = plugins.get(name) ?? schema(`plugins/${name}`)
    plugins.set(name, read)
    return filledPlugin(row, new Map(fieldsOf(await read)))
  }
}

/** A schema names its fields in a list of objects of one member each. */
function fieldsOf(schema: Row): readonly (readonly [string, Row])[] {
  return rowsIn(schema.fields).flatMap((field) =>
    Object.entries(field).flatMap(([name, spec]) => (isRow(spec) ? [[name, spec] as const] : [])),
  )
}

function defaultsOf(schema: Row): Row {
  return Object.fromEntries(
    fieldsOf(schema).map(([name, spec]) => [
      name,
      spec.type === 'record' ? defaultsOf(spec) : (spec.default ?? null),
    ]),
  )
}

/** What is absent comes from the defaults, within records too. */
function merged(defaults: Row, row: Row): Row {
  const both = { ...defaults, ...row }
  return Object.fromEntries(
    Object.entries(both).map(([name, value]) => {
      const normal = defaults[name]
      if (isRow(normal) && isRow(row[name])) return [name, merged(normal, row[name])]
      return [name, value ?? normal]
    }),
  )
}

function filledPlugin(row: Row, fields: ReadonlyMap<string, Row>): Row {
  const protocols = row.protocols ?? fields.get('protocols')?.default
  const config = filledRecord(fields.get('config') ?? {}, isRow(row.config) ? row.config : {})
  return { ...row, enabled: row.enabled ?? true, protocols, config }
}

/** Every field of a record is present afterwards: as given, by default, or null. */
function filledRecord(schema: Row, config: Row): Row {
  const ofRecord = isRow(schema.default) ? schema.default : {}
  const filled = fieldsOf(schema).map(([name, spec]) => {
    if (name in config) return [name, filledGiven(spec, config[name])]
    if (spec.type === 'record' && spec.required === true) return [name, filledRecord(spec, {})]
    return [name, ofRecord[name] ?? spec.default ?? null]
  })
  return { ...config, ...Object.fromEntries(filled) }
}

function filledGiven(spec: Row, value: unknown): unknown {
  if (spec.type === 'record' && isRow(value)) return filledRecord(spec, value)
  const { elements } = spec
  if (!Array.isArray(value) || !isRow(elements) || elements.type !== 'record') return value
  return value.map((one: unknown) => (isRow(one) ? filledRecord(elements, one) : one))
}
