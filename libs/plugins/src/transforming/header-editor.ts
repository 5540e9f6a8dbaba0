import type { HeaderFields } from '../context.ts'
import type { EditableFields } from './edits.ts'

export function headerEditor(headers: HeaderFields): EditableFields {
  return {
    has: (name) => headers.get(name) !== undefined,
    remove: (name) => headers.remove(name),
    rename(from, to) {
      const values = headers.getAll(from)
      headers.remove(from)
      headers.remove(to)
      for (const value of values) headers.add(to, value)
    },
    set: (name, value) => headers.set(name, value),
    append: (name, value) => headers.add(name, value),
  }
}
