import type { Query } from '../context.ts'
import type { EditableFields } from './edits.ts'

export function queryEditor(query: Query): EditableFields {
  return {
    has: (name) => query.has(name),
    remove: (name) => query.remove(name),
    rename(from, to) {
      const values = query.getAll(from)
      query.remove(from)
      query.set(to, values)
    },
    set: (name, value) => query.set(name, [value]),
    append: (name, value) => query.set(name, [...query.getAll(name), value]),
  }
}
