import { isJsonObject, type Json } from '@biplane/entities'
import type { PluginVersion, Welcome } from '@biplane/protocol'

/** Where values that outlive a restart are kept: the store. */
export interface Meta {
  getMeta(name: string): Json | undefined
  /** Writes nothing where the value is the same; on a full disk it is not kept, until it is told again. */
  setMeta(name: string, value: Json): void
}

/**
 * What the source last said of itself. It is kept with the copy: a hub that starts while its source is away must check
 * nodes against the same plugins as before.
 */
export class Announcement {
  readonly #meta: Meta
  #welcome: Welcome | null

  constructor(meta: Meta) {
    this.#meta = meta
    this.#welcome = fromJson(meta.getMeta(NAME))
  }

  /** None before the first source was followed. */
  get plugins(): readonly PluginVersion[] {
    return this.#welcome?.plugins ?? []
  }

  get welcome(): Welcome | null {
    return this.#welcome
  }

  /** What hubs are told that follow this one: the control plane's words, and the way that they have come. */
  passedOn(own: string): Welcome {
    const { version = '', plugins = [], path = [] } = this.#welcome ?? {}
    return { sourceId: own, version, plugins, path: [own, ...path] }
  }

  /** Returns the plugins that there were before, and whether it changes what is passed on. */
  set(welcome: Welcome): { readonly plugins: readonly PluginVersion[]; readonly changed: boolean } {
    const { plugins } = this
    const before = JSON.stringify(this.passedOn(''))
    this.#welcome = welcome
    this.#meta.setMeta(NAME, toJson(welcome))
    return { plugins, changed: before !== JSON.stringify(this.passedOn('')) }
  }
}

const NAME = 'welcome'

function toJson({ sourceId, version, plugins }: Welcome): Json {
  return {
    sourceId,
    version,
    plugins: plugins.map(({ name, version }) => ({ name, version: version ?? null })),
  }
}

/** Null for what is not there or was written by something else: then it is as if no source had been followed. */
function fromJson(value: Json | undefined): Welcome | null {
  if (!isJsonObject(value)) return null
  const { sourceId, version, plugins } = value
  if (typeof sourceId !== 'string' || typeof version !== 'string' || !Array.isArray(plugins)) return null
  return { sourceId, version, plugins: plugins.flatMap(pluginFromJson) }
}

function pluginFromJson(value: Json): PluginVersion[] {
  if (!isJsonObject(value) || typeof value.name !== 'string') return []
  const { name, version } = value
  return [typeof version === 'string' ? { name, version } : { name }]
}
