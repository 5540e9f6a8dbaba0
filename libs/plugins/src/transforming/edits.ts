/** What is done to named values, in this order. */
export interface Edits<Value = string> {
  readonly remove: readonly string[]
  /** Old and new names. */
  readonly rename: readonly (readonly [from: string, to: string])[]
  /** Of those that are there. */
  readonly replace: readonly (readonly [name: string, value: Value])[]
  /** Of those that are not. */
  readonly add: readonly (readonly [name: string, value: Value])[]
  /** A further value, beside any that is there. */
  readonly append: readonly (readonly [name: string, value: Value])[]
}

/** Named values that can be edited: headers, arguments, members of a body. */
export interface EditableFields<Value = string> {
  has(name: string): boolean
  remove(name: string): void
  rename(from: string, to: string): void
  /** In place of all values. */
  set(name: string, value: Value): void
  append(name: string, value: Value): void
}

/** A form of more is not edited: it is made to keep a worker busy. */
export const MOST_FIELDS = 100_000

/** @returns whether there was anything to do */
export function applyEdits<Value>(fields: EditableFields<Value>, edits: Edits<Value>): boolean {
  let done = 0
  const step = (applies: boolean, edit: () => void): void => {
    if (!applies) return
    edit()
    done += 1
  }
  for (const name of edits.remove) step(fields.has(name), () => fields.remove(name))
  for (const [from, to] of edits.rename) step(fields.has(from), () => fields.rename(from, to))
  for (const [name, value] of edits.replace) step(fields.has(name), () => fields.set(name, value))
  for (const [name, value] of edits.add) step(!fields.has(name), () => fields.set(name, value))
  for (const [name, value] of edits.append) step(true, () => fields.append(name, value))
  return done > 0
}

export function isEmpty({ remove, rename, replace, add, append }: Edits<unknown>): boolean {
  return [remove, rename, replace, add, append].every((list) => list.length === 0)
}
