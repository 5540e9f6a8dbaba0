/** What the control plane loads: schemas. Handlers are behind `@biplane/plugins/handlers`. */
export { bundledPlugins } from './schemas.ts'
