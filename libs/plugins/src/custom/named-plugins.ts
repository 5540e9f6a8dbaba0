import type { PluginSchema } from '@biplane/entities'
import { loadModule } from './load-module.ts'
import { findPlugin, isEntry } from './plugin-folder.ts'
import { readSchema } from './read-schema.ts'

/** A plugin that does not ship with the product. */
export interface CustomPlugin {
  readonly schema: PluginSchema
  readonly folder: string
  /** The file of its handler; null where it has none. */
  readonly handler: string | null
}

export interface NamedPlugins {
  /** By name, in the order of the setting; bundled ones among them. */
  readonly schemas: ReadonlyMap<string, PluginSchema>
  readonly custom: readonly CustomPlugin[]
}

export interface PluginSources {
  /** What `bundled` stands for. */
  readonly bundled: ReadonlyMap<string, PluginSchema>
  /** Names that no custom plugin may take. */
  readonly reserved: ReadonlySet<string>
  /** The absolute folder from which custom plugins are found. */
  readonly folder: string
}

/**
 * The plugins that the setting `plugins` names, or all that is wrong with it. `bundled` stands for those that ship with the
 * product, `off` for none; anything else is the name of one of these, a package or the path of a folder. A plugin that is
 * named twice is there once. Of custom plugins the schema is loaded and nothing else.
 */
export async function namedPlugins(
  names: readonly string[],
  sources: PluginSources,
): Promise<NamedPlugins | { readonly problems: readonly string[] }> {
  const { bundled, reserved } = sources
  const schemas = new Map<string, PluginSchema>()
  const custom: CustomPlugin[] = []
  const problems: string[] = []
  for (const entry of new Set(names)) {
    const known = bundled.get(entry)
    if (entry === 'off') continue
    if (entry === 'bundled') for (const [name, schema] of bundled) schemas.set(name, schema)
    else if (known !== undefined) schemas.set(entry, known)
    else {
      const loaded = await loadCustom(entry, sources)
      if ('problems' in loaded) {
        problems.push(...loaded.problems.map((problem) => `'${entry}' cannot be loaded: ${problem}`))
        continue
      }
      const { name } = loaded.schema
      const other = custom.find(({ schema }) => schema.name === name)
      if (other?.folder === loaded.folder) continue
      if (reserved.has(name))
        problems.push(`'${entry}' cannot be loaded: it calls itself '${name}', as a bundled plugin does`)
      else if (other !== undefined)
        problems.push(
          `'${entry}' cannot be loaded: it calls itself '${name}', as that in ${other.folder} does`,
        )
      else custom.push(loaded)
      schemas.set(name, loaded.schema)
    }
  }
  return problems.length === 0 ? { schemas, custom } : { problems }
}

async function loadCustom(
  entry: string,
  { bundled, folder: from }: PluginSources,
): Promise<CustomPlugin | { readonly problems: readonly string[] }> {
  if (!isEntry(entry)) return { problems: ['it is no name of a package, and a path begins with ./ or /'] }
  const found = await findPlugin(entry, from)
  if ('problem' in found)
    return {
      problems: [`it is none of the bundled (${[...bundled.keys()].join(', ')}), and ${found.problem}`],
    }
  const { folder, version, handler } = found
  const loaded = await loadModule(found.schema)
  if ('problem' in loaded) return { problems: [loaded.problem] }
  const read = readSchema(loaded.exported, version)
  if ('problems' in read) return { problems: read.problems.map((problem) => `${found.schema}: ${problem}`) }
  return { schema: read.schema, folder, handler }
}
