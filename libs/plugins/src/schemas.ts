import type { PluginSchema } from '@biplane/entities'
import type { BundledSchema } from './bundled.ts'
import { keyAuthSchema } from './key-auth/schema.ts'
import { requestTerminationSchema } from './request-termination/schema.ts'

const schemas: readonly BundledSchema[] = [keyAuthSchema, requestTerminationSchema]

/**
 * What a control plane knows of the plugins that ship with the product, by name. It loads no handlers.
 *
 * @param version the product's version, which bundled plugins carry
 */
export function bundledPlugins(version: string): ReadonlyMap<string, PluginSchema> {
  return new Map(schemas.map((schema) => [schema.name, { checks: [], ...schema, version }]))
}
