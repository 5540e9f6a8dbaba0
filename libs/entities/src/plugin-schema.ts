import type { Check } from './checks.ts'
import type { Field, Fields, ValueOf } from './field.ts'

/**
 * What a subschema changes in the entity whose subschema it is: fields that replace the entity's own by name, and checks
 * that run after its own.
 */
export interface Subschema {
  readonly fields: Fields
  readonly checks: readonly Check[]
}

/**
 * What a control plane knows of a plugin. `fields` are those of the plugin entity that it narrows, in the order in which
 * `GET /schemas/plugins/{name}` lists them: the scopes it refuses (`noConsumer`, `noRoute`, `noService`), `protocols`, and
 * always `config`, a required record.
 */
export interface PluginSchema extends Subschema {
  readonly name: string
  readonly version: string
  /** The higher runs first in each phase. */
  readonly priority: number
  readonly fields: Fields & { readonly config: Field }
}

/** The type of a plugin's complete, valid config. */
export type ConfigOf<S extends PluginSchema> = ValueOf<S['fields']['config']>

/** A plugin's schema with the type of its config kept. */
export function pluginSchema<
  const S extends Omit<PluginSchema, 'checks'> & { readonly checks?: readonly Check[] },
>(schema: S): S & { readonly checks: readonly Check[] } {
  return { ...schema, checks: schema.checks ?? [] }
}
