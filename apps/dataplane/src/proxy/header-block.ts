import type { HeaderFields } from '@biplane/plugins/handlers'
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
    const at = this.#find(name, 0)
    return at === -1 ? undefined : this.#flat[at + 1]
  }

  getAll(name: string): readonly string[] {
    const values: string[] = []
    for (let at = this.#find(name, 0); at !== -1; at = this.#find(name, at + 2))
      values.push(this.#flat[at + 1] ?? '')
    return values
  }

  has(name: string): boolean {
    return this.#find(name, 0) !== -1
  }

  /** The first line keeps its place. */
  set(name: string, value: string): void {
    checkHeader(name, value)
    const at = this.#find(name, 0)
    if (at === -1) {
      this.add(name, value)
      return
    }
    for (let other = this.#find(name, at + 2); other !== -1; other = this.#find(name, other))
      this.#flat.splice(other, 2)
    this.#flat.splice(at, 2, name, writable(value))
  }

  add(name: string, value: string): void {
    checkHeader(name, value)
    this.#flat.push(name, writable(value))
  }

  remove(name: string): void {
    for (let at = this.#find(name, 0); at !== -1; at = this.#find(name, at)) this.#flat.splice(at, 2)
  }

  *entries(): Generator<readonly [name: string, value: string]> {
    for (let i = 0; i < this.#flat.length; i += 2)
      yield [(this.#flat[i] ?? '').toLowerCase(), this.#flat[i + 1] ?? '']
  }

  /** Names and values in turn. */
  toFlat(): string[] {
    return [...this.#flat]
  }

  #find(name: string, from: number): number {
    for (let i = from; i < this.#flat.length; i += 2) {
      const other = this.#flat[i] ?? ''
      if (other.length === name.length && (other === name || other.toLowerCase() === name.toLowerCase()))
        return i
    }
    return -1
  }
}

/** Whether it can be the name of a header. */
export function isToken(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name)
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
  if (!UNWRITABLE.test(value)) return value
  const bytes = /[^\0-\xff]/.test(value) ? toByteString(value) : value
  return bytes.replace(new RegExp(UNWRITABLE, 'g'), (byte) => encodeURIComponent(byte))
}

const UNWRITABLE = /[^\t\x20-\x7e\x80-\xff]/
