import type { Query } from '@biplane/plugins/handlers'

/** The query of one request, decoded when first asked for. Unchanged, it goes upstream byte for byte. */
export class RequestQuery implements Query {
  readonly #raw: string
  #decoded: Map<string, (string | typeof BARE)[]> | undefined
  #changed = false

  /** @param raw with its `?`, or '' */
  constructor(raw: string) {
    this.#raw = raw
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  getAll(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).map(textOf)
  }

  set(name: string, values: readonly string[]): void {
    this.#values.set(name, [...values])
    this.#changed = true
  }

  remove(name: string): void {
    if (this.#values.delete(name)) this.#changed = true
  }

  *entries(): Generator<readonly [name: string, value: string]> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, textOf(value)]
  }

  /** As it goes upstream, with its `?`, or ''. A changed query is encoded anew, its names sorted, as in Kong. */
  toString(): string {
    if (!this.#changed) return this.#raw
    const pairs = [...this.#values]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .flatMap(([name, values]) => values.map((value) => encodePair(name, value)))
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`
  }

  get #values(): Map<string, (string | typeof BARE)[]> {
    this.#decoded ??= decode(this.#raw.slice(1))
    return this.#decoded
  }
}

/** The value of a name without `=`, which others may tell from an empty one. */
const BARE = Symbol('a name without a value')

function textOf(value: string | typeof BARE): string {
  return value === BARE ? '' : value
}

function encodePair(name: string, value: string | typeof BARE): string {
  return value === BARE ? encodePart(name) : `${encodePart(name)}=${encodePart(value)}`
}

function decode(text: string): Map<string, (string | typeof BARE)[]> {
  const values = new Map<string, (string | typeof BARE)[]>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodePart(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? BARE : decodePart(pair.slice(equals + 1))
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  return values
}

/** Percent-decoded where that gives UTF-8, else left in percent-encoding: a query may hold any byte, escaped or not. */
function decodePart(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!/[%\x80-\xff]/.test(spaced)) return spaced
  const escaped = spaced.replace(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  try {
    return decodeURIComponent(escaped)
  } catch {
    return escaped
  }
}

/**
 * The reverse: what could not be decoded goes on as it came, and not encoded twice. A text that reads like such bytes is taken
 * for them.
 */
function encodePart(text: string): string {
  const bytes = /%[\dA-F]{2}/i.test(text) && decodePart(text) === text
  return bytes
    ? text.replace(/%(?![\dA-F]{2})|[^%!-~]|[&=+#]/gi, (character) => encodeURIComponent(character))
    : encodeURIComponent(text)
}
