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
  readonly #own: string
  /** All that was passed on since hubs were made to ask anew, as text. */
  readonly #told = new Set<string>()
  #welcome: Welcome | null

  /** @param own the id of this hub */
  constructor(meta: Meta, own: string) {
    this.#meta = meta
    this.#own = own
    this.#welcome = fromJson(meta.getMeta(NAME))
  }

  /** None before the first source was followed. */
  get plugins(): readonly PluginVersion[] {
    return this.#welcome?.plugins ?? []
  }

  get welcome(): Welcome | null {
    return this.#welcome
  }

  /**
   * What hubs are told that follow this one: the control plane's words, and the way that they come.
   *
   * @param follows whether this hub follows a source: to one that does not nothing comes, so it must not stand in the way of
   * another one that would follow it
   */
  passedOn(follows: boolean): Welcome {
    const { version = '', plugins = [], path = [] } = this.#welcome ?? {}
    const own = this.#own
    const told = { sourceId: own, version, plugins, path: follows ? [own, ...path] : [own] }
    this.#told.add(JSON.stringify(told))
    return told
  }

  /** Returns the plugins that there were before, and whether hubs may have been told otherwise. */
  set(welcome: Welcome): { readonly plugins: readonly PluginVersion[]; readonly changed: boolean } {
    const { plugins } = this
    this.#welcome = welcome
    this.#meta.setMeta(NAME, toJson(welcome))
    const before = [...this.#told]
    this.#told.clear()
    const now = JSON.stringify(this.passedOn(true))
    return { plugins, changed: before.some((told) => told !== now) }
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
