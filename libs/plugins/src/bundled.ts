import type { PluginSchema } from '@biplane/entities'

/** The schema of a plugin that ships with the product: it carries the product's version, so it states none. */
export type BundledSchema = Omit<PluginSchema, 'version' | 'checks'> & Partial<Pick<PluginSchema, 'checks'>>
