/** What the control plane loads: schemas. Handlers are behind `@biplane/plugins/handlers`. */
export type * from './context.ts'
export type { CustomPluginModule, CustomPluginSchema } from './custom/authored.ts'
export {
  type CustomPlugin,
  type NamedPlugins,
  namedPlugins,
  type PluginSources,
} from './custom/named-plugins.ts'
export type { Needs, PluginHandler } from './define-plugin.ts'
export type * from './facilities.ts'
export type * from './request-record.ts'
export { bundledPlugins } from './schemas.ts'
