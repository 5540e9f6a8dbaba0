import type { HeaderFields } from '@biplane/plugins/handlers'
import { placeOf } from '../engine/field-names.ts'
import { toByteString } from '../router/path.ts'

/**
 * The header fields of a message, as names and values in turn: the form in which engines read and write them. Names keep
 * the case they came in; they are compared without it. Values are bytes, one character each.
 */
export class HeaderBlock implements HeaderFields {
  readonly #flat: string[]

  /** @param flat names and values in turn; copied */
  constructor(flat: readonly string[] = []) {
    this.#flat = [...flat]
  }

  get(name: string): string | undefined {
    const at = placeOf(this.#flat, name)
    return at === -1 ? undefined : this.#flat[at + 1]
  }

  getAll(name: string): readonly string[] {
    const values: string[] = []
    for (let at = placeOf(this.#flat, name); at !== -1; at = placeOf(this.#flat, name, at + 2))
      values.push(this.#flat[at + 1] ?? '')
    return values
  }

  has(name: string): boolean {
    return placeOf(this.#flat, name) !== -1
  }

  /** The first line keeps its place. */
  set(name: string, value: string): void {
    checkHeader(name, value)
    const at = placeOf(this.#flat, name)
    if (at === -1) {
      this.#flat.push(name, writable(value))
      return
    }
    this.#flat[at] = name
    this.#flat[at + 1] = writable(value)
    for (
      let other = placeOf(this.#flat, name, at + 2);
      other !== -1;
      other = placeOf(this.#flat, name, other)
    )
      this.#flat.splice(other, 2)
  }

  add(name: string, value: string): void {
    checkHeader(name, value)
    this.#flat.push(name, writable(value))
  }

  remove(name: string): void {
    for (let at = placeOf(this.#flat, name); at !== -1; at = placeOf(this.#flat, name, at))
      this.#flat.splice(at, 2)
  }

  /** Names in lower case. It looks at each header once, however many names there are. */
  removeAll(names: ReadonlySet<string>): void {
    let kept = 0
    for (let i = 0; i < this.#flat.length; i += 2) {
      const [name = '', value = ''] = [this.#flat[i], this.#flat[i + 1]]
      if (names.has(name.toLowerCase())) continue
      this.#flat[kept] = name
      this.#flat[kept + 1] = value
      kept += 2
    }
    this.#flat.length = kept
  }

  *entries(): Generator<readonly [name: string, value: string]> {
    for (let i = 0; i < this.#flat.length; i += 2)
      yield [(this.#flat[i] ?? '').toLowerCase(), this.#flat[i + 1] ?? '']
  }

  /** Names and values in turn. */
  toFlat(): string[] {
    return [...this.#flat]
  }
}

/** Whether it can be the name of a header. */
export function isToken(name: string): boolean {
  if (name === '') return false
  for (let i = 0; i < name.length; i += 1) if (!mayBe(name.charCodeAt(i), IN_NAMES)) return false
  return true
}

/**
 * Told to the plugin that does it, since nobody could tell whose it was when it is sent.
 *
 * @throws TypeError for a name that no header can have, and for a value that is no text
 */
function checkHeader(name: string, value: string): void {
  if (typeof name === 'string' && isToken(name) && typeof value === 'string') return
  throw new TypeError(`there can be no header '${String(name)}' with a value of type ${typeof value}`)
}

/** Plugins set what people have written, such as names: it becomes UTF-8, and what would end the line is escaped, as in Kong. */
function writable(value: string): string {
  for (let i = 0; i < value.length; i += 1) if (!mayBe(value.charCodeAt(i), IN_VALUES)) return escaped(value)
  return value
}

function escaped(value: string): string {
  const bytes = /[^\0-\xff]/.test(value) ? toByteString(value) : value
  return bytes.replace(/[^\t\x20-\x7e\x80-\xff]/g, (byte) => encodeURIComponent(byte))
}

/** What a byte may be part of. In a table, for every header that is set is looked through. */
const [IN_NAMES, IN_VALUES] = [1, 2]
const PARTS = Uint8Array.from({ length: 256 }, (_, code) => {
  const byte = String.fromCharCode(code)
  return (
    (/[\w!#$%&'*+.^`|~-]/.test(byte) ? IN_NAMES : 0) | (/[\t\x20-\x7e\x80-\xff]/.test(byte) ? IN_VALUES : 0)
  )
})

function mayBe(code: number, part: number): boolean {
  return ((PARTS[code] ?? 0) & part) !== 0
}
