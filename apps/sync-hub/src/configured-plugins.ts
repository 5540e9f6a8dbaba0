import { decodeEntity, type EncodedChange } from '@biplane/protocol'
import type { Replacement } from './reduce.ts'

/**
 * The plugins that the config uses: those with at least one exported row, whatever their scope. Counted as changes pass,
 * so the check before each update costs nothing that grows with the config.
 */
export class ConfiguredPlugins {
  readonly #rows = new Map<string, number>()
  #names: ReadonlySet<string> = new Set()

  /** The names; another set whenever they changed. */
  get names(): ReadonlySet<string> {
    return this.#names
  }

  apply(replacements: readonly Replacement[]): void {
    for (const { kind, bytes, before } of replacements) {
      if (kind !== PLUGINS) continue
      if (before !== null) this.#count(before, -1)
      if (bytes !== null) this.#count(bytes, 1)
    }
    this.#settle()
  }

  /** Starts anew from all entities of a config; those that are not plugins are skipped. */
  static of(entities: Iterable<Pick<EncodedChange, 'kind' | 'bytes'>>): ConfiguredPlugins {
    const configured = new ConfiguredPlugins()
    for (const entity of entities) configured.add(entity)
    return configured
  }

  /** Counts one entity of a config that did not hold it yet. */
  add({ kind, bytes }: Pick<EncodedChange, 'kind' | 'bytes'>): void {
    if (kind !== PLUGINS || bytes === null) return
    this.#count(bytes, 1)
    this.#settle()
  }

  #count(bytes: Uint8Array, step: 1 | -1): void {
    const { name } = decodeEntity(bytes)
    if (typeof name !== 'string') return
    const rows = (this.#rows.get(name) ?? 0) + step
    if (rows > 0) this.#rows.set(name, rows)
    else this.#rows.delete(name)
  }

  #settle(): void {
    const same =
      this.#rows.size === this.#names.size && [...this.#rows.keys()].every((n) => this.#names.has(n))
    if (!same) this.#names = new Set(this.#rows.keys())
  }
}

const PLUGINS = 'plugins'
