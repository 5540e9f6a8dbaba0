import { isJsonObject, type Json } from '@biplane/entities'
import type { EditableFields } from './edits.ts'

/** The members of a JSON object, to be edited and written again. Undefined for what is no JSON object. */
export function jsonEditor(bytes: Uint8Array): (EditableFields<Json> & { encode(): Uint8Array }) | undefined {
  const object = parse(new TextDecoder().decode(bytes))
  if (!isJsonObject(object)) return undefined
  const members = new Map<string, Json>(Object.entries(object))
  return {
    has: (name) => members.has(name),
    remove: (name) => members.delete(name),
    rename(from, to) {
      const value = members.get(from) ?? null
      members.delete(from)
      members.set(to, value)
    },
    set: (name, value) => members.set(name, value),
    append(name, value) {
      const old = members.get(name)
      // Nothing can be appended to an object.
      if (!isJsonObject(old ?? null)) members.set(name, withAnother(old, value))
    },
    encode: () => new TextEncoder().encode(JSON.stringify(Object.fromEntries(members))),
  }
}

/** A text becomes a list of two; what is neither text nor list gives way, as in Kong. */
function withAnother(old: Json | undefined, value: Json): Json {
  if (Array.isArray(old)) return [...old, value]
  return typeof old === 'string' ? [old, value] : [value]
}

/** An empty body counts as an empty object. What is sent as JSON need not be any: that is an outcome here, not an error. */
function parse(text: string): Json | undefined {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
