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
export function kongSchema({ fields, checks }: EntityDefinition | PluginSchema): KongSchema {
  return { fields: shownFields(fields), entity_checks: shownChecks(checks) }
}
