import type { EditableFields } from './edits.ts'

/** The fields of an urlencoded form, to be edited and written again. */
export function formEditor(bytes: Uint8Array): EditableFields & { encode(): Uint8Array } {
  const fields = new Map<string, readonly string[]>()
  const append = (name: string, value: string) => {
    fields.set(name, [...(fields.get(name) ?? []), value])
  }
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) append(name, value)
  return {
    has: (name) => fields.has(name),
    remove: (name) => fields.delete(name),
    rename(from, to) {
      const values = fields.get(from) ?? []
      fields.delete(from)
      fields.set(to, values)
    },
    set: (name, value) => fields.set(name, [value]),
    append,
    encode() {
      const pairs = [...fields].flatMap(([name, values]) =>
        values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
      )
      return new TextEncoder().encode(pairs.join('&'))
    },
  }
}
