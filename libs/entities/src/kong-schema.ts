import type { EntityDefinition } from './definition.ts'
import type { Json } from './json.ts'
import type { PluginSchema } from './plugin-schema.ts'
import { shownChecks, shownFields } from './shown.ts'

/** What `GET /schemas/…` answers: an API of its own, which decK and Kong Manager read. */
export interface KongSchema {
  readonly fields: Json
  readonly entity_checks: Json
}

/** `GET /schemas/{kind}`, or `GET /schemas/plugins/{name}`, which has the fields that the plugin declares only. */
export function kongSchema(schema: EntityDefinition | PluginSchema): KongSchema {
  const { fields, checks } = schema
  const hidden = 'onlyWhenSet' in schema ? schema.onlyWhenSet : []
  const shown = Object.entries(fields).filter(([name]) => !hidden.includes(name))
  return { fields: shownFields(Object.fromEntries(shown)), entity_checks: shownChecks(checks) }
}
