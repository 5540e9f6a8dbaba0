import { toBytes } from '../byte-text.ts'
import { type Part, splitMultipart } from '../multipart.ts'
import { type EditableFields, MOST_FIELDS } from './edits.ts'

/**
 * The fields of a `multipart/form-data` body, to be edited and written again; parts that are not touched stay as they are.
 * Undefined for what is none, and where there are too many.
 */
export function multipartEditor(
  bytes: Uint8Array,
  contentType: string,
): (EditableFields & { encode(): Uint8Array }) | undefined {
  const body = splitMultipart(bytes, contentType)
  if (body === undefined || body.parts.length > MOST_FIELDS) return undefined
  let parts: readonly Part[] = body.parts
  const isOf = (name: string) => (part: Part) => part.name === name
  return {
    has: (name) => parts.some(isOf(name)),
    remove(name) {
      parts = parts.filter((part) => part.name !== name)
    },
    rename(from, to) {
      parts = parts.map((part) => (part.name === from ? renamed(part, to) : part))
    },
    set(name, value) {
      // It would be read as the end of its part, and the rest as other parts.
      if (`\r\n${value}`.includes(`\r\n--${body.boundary}`)) return
      const at = parts.findIndex(isOf(name))
      const others = parts.filter((part) => part.name !== name)
      parts = others.toSpliced(at === -1 ? others.length : at, 0, partOf(name, value))
    },
    // Kong has none for these bodies.
    append: () => undefined,
    encode: () => body.join(parts),
  }
}

function partOf(name: string, value: string): Part {
  const raw = `\r\nContent-Disposition: form-data; name="${quotable(name)}"\r\n\r\n${toBytes(value)}`
  return { raw, name, value }
}

const NAME = /(;\s*name=)(?:"[^"]*"|[^;\s]*)/i

function renamed({ raw, value }: Part, to: string): Part {
  return { raw: raw.replace(NAME, (_, before: string) => `${before}"${quotable(to)}"`), name: to, value }
}

/** As browsers write names. */
function quotable(name: string): string {
  return toBytes(name).replace(/["\r\n]/g, (character) => encodeURIComponent(character))
}
