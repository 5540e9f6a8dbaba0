import { isJsonObject, type Json } from '@biplane/entities'
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml'
import type { Reading } from './read-text.ts'

/**
 * Makes JSON of the library's tree. Aliases and merges are resolved here, in linear time and within a number of values:
 * the library takes time that is quadratic in the number of aliases and exponential in nested merges.
 */
export class YamlTree {
  readonly #place: (offset: number) => string
  readonly #most: number
  readonly #anchors = new Map<string, { readonly value: Json; readonly values: number }>()
  #values = 0
  #problem: string | undefined

  /** @param place how to speak of an offset in the text */
  constructor(place: (offset: number) => string, most: number) {
    this.#place = place
    this.#most = most
  }

  toJson(root: Node | null): Reading {
    const value = this.#convert(root)
    return this.#problem === undefined ? { value } : { problem: this.#problem }
  }

  #convert(node: unknown): Json {
    const before = this.#values
    if (!this.#count(1)) return null
    if (isAlias(node)) return this.#named(node)
    const value = this.#content(node)
    // Known from here on only: an anchor is nothing inside itself.
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor) {
      this.#anchors.set(node.anchor, { value, values: this.#values - before })
    }
    return value
  }

  #content(node: unknown): Json {
    if (isMap(node)) return this.#members(node)
    if (isSeq(node)) return node.items.map((item) => this.#convert(item))
    const value = isScalar(node) ? node.value : null
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    return this.#fail(node, 'JSON has no word for this value')
  }

  /** An earlier merge wins over a later one, and a key of the map itself over both. */
  #members(map: YAMLMap): Json {
    const own = new Map<string, Json>()
    let merged: readonly [string, Json][] = []
    for (const { key, value } of map.items) {
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') {
        merged = [...this.#merge(value), ...merged]
        continue
      }
      const name = this.#name(key)
      if (own.has(name)) this.#fail(key, `the key '${name}' is given twice`)
      own.set(name, this.#convert(value))
    }
    return Object.fromEntries([...merged, ...own]) // keeps even a key named `__proto__` an own one
  }

  #merge(node: Pair['value']): [string, Json][] {
    const value = this.#convert(node)
    const sources = Array.isArray(value) ? value.toReversed() : [value]
    return sources.flatMap((source: Json) => {
      if (isJsonObject(source)) return Object.entries(source)
      this.#fail(node, 'only maps can be merged')
      return []
    })
  }

  /** As it is written: `on` is a name here, and not true. */
  #name(key: unknown): string {
    if (isScalar(key)) return key.source ?? String(key.value)
    this.#fail(key, 'a key must be a scalar')
    return ''
  }

  #named(alias: Node & { readonly source: string }): Json {
    const anchor = this.#anchors.get(alias.source)
    if (anchor === undefined) return this.#fail(alias, `no anchor '${alias.source}' before this alias`)
    return this.#count(anchor.values) ? anchor.value : null
  }

  /** Whether there is room for so many values more. */
  #count(values: number): boolean {
    this.#values += values
    if (this.#values > this.#most) this.#problem ??= `more than ${this.#most} values`
    return this.#problem === undefined
  }

  #fail(node: unknown, problem: string): null {
    const offset = (isAlias(node) || isScalar(node) || isMap(node) || isSeq(node)) && node.range?.[0]
    this.#problem ??= `${this.#place(offset || 0)}: ${problem}`
    return null
  }
}
