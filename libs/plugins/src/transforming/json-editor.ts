import { isJsonObject, type Json } from '@biplane/entities'
import type { EditableFields } from './edits.ts'

/** The members of a JSON object, to be edited and written again. Undefined for what is no JSON object. */
export function jsonEditor(bytes: Uint8Array): (EditableFields<Json> & { encode(): Uint8Array }) | undefined {
  const object = parse(new TextDecoder().decode(bytes))
  if (!isJsonObject(object)) return undefined
  const set = (name: string, value: Json): void => {
    // By assignment, one name would give it another prototype.
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return {
    has: (name) => Object.hasOwn(object, name),
    remove: (name) => Reflect.deleteProperty(object, name),
    rename(from, to) {
      const value = object[from] ?? null
      Reflect.deleteProperty(object, from)
      Reflect.deleteProperty(object, to)
      set(to, value)
    },
    set,
    append(name, value) {
      const old = Object.hasOwn(object, name) ? object[name] : undefined
      // Nothing can be appended to an object.
      if (!isJsonObject(old ?? null)) set(name, withAnother(old, value))
    },
    encode: () => new TextEncoder().encode(JSON.stringify(object)),
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
