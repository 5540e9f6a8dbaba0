import type { Attributes, JsonObject } from '@biplane/entities'
import type { PluginHandler } from '../define-plugin.ts'

/** What the file `schema` of a custom plugin holds or exports by default. Plain data: JSON says it too. */
export interface CustomPluginSchema {
  readonly name: string
  /** x.y.z; that of the package.json beside, if absent. Nodes must have the major of the control plane, and no lower minor. */
  readonly version?: string
  /** Plugins run from high to low, in every phase. */
  readonly priority: number
  /** `config`, a record; `protocols` where not all suit; `consumer`, `route` or `service` where one is refused. */
  readonly fields: AuthoredFields
  readonly entity_checks?: readonly Readonly<Record<string, unknown>>[]
}

/** In the order in which they are shown. */
export type AuthoredFields =
  | readonly { readonly [name: string]: AuthoredField }[]
  | { readonly [name: string]: AuthoredField }

/** A field in Kong's words. */
export interface AuthoredField extends Attributes {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'set' | 'array' | 'map' | 'record' | 'foreign'
  readonly elements?: AuthoredField
  readonly keys?: AuthoredField
  readonly values?: AuthoredField
  readonly fields?: AuthoredFields
  readonly entity_checks?: readonly Readonly<Record<string, unknown>>[]
}

/** What the file `handler` of a custom plugin exports, by default or by name. */
export interface CustomPluginModule<Config = JsonObject> {
  /**
   * Called for each row of `plugins`, with its valid and complete `config`, whenever that changed. What it throws refuses
   * the update on this node.
   */
  create(config: Config): PluginHandler
}
