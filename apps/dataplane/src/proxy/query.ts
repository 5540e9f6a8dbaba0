import type { Query } from '@biplane/plugins/handlers'

/** The query of one request, decoded when first asked for. Unchanged, it goes upstream byte for byte. */
export class RequestQuery implements Query {
  readonly #raw: string
  #decoded: Map<string, string[]> | undefined
  #changed = false

  /** @param raw with its `?`, or '' */
  constructor(raw: string) {
    this.#raw = raw
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  getAll(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  set(name: string, values: readonly string[]): void {
    this.#values.set(name, [...values])
    this.#changed = true
  }

  remove(name: string): void {
    if (this.#values.delete(name)) this.#changed = true
  }

  *entries(): Generator<readonly [name: string, value: string]> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, value]
  }

  /** As it goes upstream, with its `?`, or ''. A changed query is encoded anew, its names sorted, as in Kong. */
  toString(): string {
    if (!this.#changed) return this.#raw
    const pairs = [...this.entries()]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, value]) =>
        value === '' ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
      )
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`
  }

  get #values(): Map<string, string[]> {
    this.#decoded ??= decode(this.#raw.slice(1))
    return this.#decoded
  }
}

function decode(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodePart(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decodePart(pair.slice(equals + 1))
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  return values
}

/** Percent-decoded where that gives UTF-8, else as it is: a query may hold anything. */
function decodePart(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}
