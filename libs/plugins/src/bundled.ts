import type { PluginSchema } from '@biplane/entities'

/** The schema of a plugin that ships with the product: it carries the product's version, unless it states one of its own. */
export type BundledSchema = Omit<PluginSchema, 'version' | 'checks'> &
  Partial<Pick<PluginSchema, 'version' | 'checks'>>
