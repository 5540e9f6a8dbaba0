import type { BodyFields } from './body-fields.ts'
import { fromBytes } from './byte-text.ts'
import { gather } from './gather.ts'

/** The fields of a `multipart/form-data` body (RFC 7578). */
export function multipartFields(bytes: Uint8Array, contentType: string): BodyFields | undefined {
  const body = splitMultipart(bytes, contentType)
  if (body === undefined) return undefined
  const { parts, join } = body
  return {
    object: gather(parts.map(({ name, value }) => [name, value] as const)),
    without: (removed) => join(parts.filter(({ name }) => name !== removed)),
  }
}

export interface Multipart {
  readonly boundary: string
  readonly parts: readonly Part[]
  /** The body with these parts in the place of its own. */
  join(parts: readonly Part[]): Uint8Array
}

export interface Part {
  /** Head and content with the line end before them, one character a byte. */
  readonly raw: string
  readonly name: string
  readonly value: string
}

/**
 * Parts are cut at the boundary and kept as they are, so that what is left after removing one is byte for byte what the
 * client sent. Undefined for what is no such body.
 */
export function splitMultipart(bytes: Uint8Array, contentType: string): Multipart | undefined {
  const boundary = parameter(contentType, BOUNDARY)
  if (!boundary) return undefined
  // Latin-1 keeps one character per byte, so that parts of any content can be cut and joined as text.
  const [preamble = '', ...rest] = `\r\n${Buffer.from(bytes).toString('latin1')}`.split(`\r\n--${boundary}`)
  const end = rest.findIndex((part) => part.startsWith('--'))
  if (end < 0) return undefined
  const parts = rest.slice(0, end).map((raw) => ({ raw, ...readPart(raw) }))
  const epilogue = rest.slice(end)
  return {
    boundary,
    parts,
    join(kept) {
      const raws = kept.map(({ raw }) => raw)
      const text = [preamble, ...raws, ...epilogue].join(`\r\n--${boundary}`)
      return Buffer.from(text.slice('\r\n'.length), 'latin1')
    },
  }
}

function readPart(raw: string): { name: string; value: string } {
  const gap = raw.indexOf('\r\n\r\n')
  const head = gap < 0 ? raw : raw.slice(0, gap)
  const disposition = head.split('\r\n').find((line) => /^content-disposition:/i.test(line)) ?? ''
  const value = gap < 0 ? '' : raw.slice(gap + '\r\n\r\n'.length)
  return { name: fromBytes(parameter(disposition, NAME) ?? ''), value: fromBytes(value) }
}

/** Parameters of a header field, quoted or bare: `form-data; name="a"`. */
const BOUNDARY = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i
const NAME = /;\s*name=(?:"([^"]*)"|([^;\s]*))/i

function parameter(field: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(field)
  return match?.[1] ?? match?.[2]
}
