import { fromBytes } from '../byte-text.ts'
import type { EditableFields } from './edits.ts'

/** The fields of an urlencoded form, to be edited and written again; those that are not touched stay as they are. */
export function formEditor(bytes: Uint8Array): EditableFields & { encode(): Uint8Array } {
  /** By name, each as it is written: one character a byte. */
  const fields = new Map<string, readonly string[]>()
  const append = (name: string, written: string) => {
    fields.set(name, [...(fields.get(name) ?? []), written])
  }
  const pairs = Buffer.from(bytes).toString('latin1').split('&')
  for (const pair of pairs) if (pair !== '') append(nameOf(pair), pair)
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

function nameOf(pair: string): string {
  const [name = ''] = new URLSearchParams(fromBytes(pair)).keys()
  return name
}

function pairOf(name: string, value: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
}
