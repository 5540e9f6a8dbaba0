import { formPairs } from '../form-pairs.ts'
import { type EditableFields, MOST_FIELDS } from './edits.ts'

/**
 * The fields of an urlencoded form, to be edited and written again; those that are not touched stay as they are. Undefined
 * where there are too many.
 */
export function formEditor(bytes: Uint8Array): (EditableFields & { encode(): Uint8Array }) | undefined {
  /** By name, each as it is written: one character a byte. */
  const fields = new Map<string, string[]>()
  const append = (name: string, written: string) => {
    const known = fields.get(name)
    if (known === undefined) fields.set(name, [written])
    else known.push(written)
  }
  let count = 0
  for (const [name, written] of formPairs(bytes)) {
    count += 1
    if (count > MOST_FIELDS) return undefined
    append(name, written)
  }
  return {
    has: (name) => fields.has(name),
    remove: (name) => fields.delete(name),
    rename(from, to) {
      const values = fields.get(from) ?? []
      fields.delete(from)
      fields.set(
        to,
        values.map((pair) => pair.replace(/^[^=]*/, () => encodeURIComponent(to))),
      )
    },
    set: (name, value) => fields.set(name, [pairOf(name, value)]),
    append: (name, value) => append(name, pairOf(name, value)),
    encode: () => Buffer.from([...fields.values()].flat().join('&'), 'latin1'),
  }
}

function pairOf(name: string, value: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
}
