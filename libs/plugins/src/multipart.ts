import type { BodyFields } from './body-fields.ts'
import { gather } from './gather.ts'

/**
 * The fields of a `multipart/form-data` body (RFC 7578). Parts are cut at the boundary and kept as they are, so that what
 * is left after removing one is byte for byte what the client sent.
 */
export function multipartFields(bytes: Uint8Array, contentType: string): BodyFields | undefined {
  const boundary = parameter(contentType, BOUNDARY)
  if (!boundary) return undefined
  // Latin-1 keeps one character per byte, so that parts of any content can be cut and joined as text.
  const [preamble = '', ...rest] = `\r\n${Buffer.from(bytes).toString('latin1')}`.split(`\r\n--${boundary}`)
  const end = rest.findIndex((part) => part.startsWith('--'))
  if (end < 0) return undefined
  const parts = rest.slice(0, end).map((raw) => ({ raw, ...readPart(raw) }))
  const epilogue = rest.slice(end)
  return {
    object: gather(parts.map(({ name, value }) => [name, value] as const)),
    without(removed) {
      const kept = parts.filter(({ name }) => name !== removed).map(({ raw }) => raw)
      const text = [preamble, ...kept, ...epilogue].join(`\r\n--${boundary}`)
      return Buffer.from(text.slice('\r\n'.length), 'latin1')
    },
  }
}

function readPart(raw: string): { name: string; value: string } {
  const gap = raw.indexOf('\r\n\r\n')
  const head = gap < 0 ? raw : raw.slice(0, gap)
  const disposition = head.split('\r\n').find((line) => /^content-disposition:/i.test(line)) ?? ''
  const value = gap < 0 ? '' : raw.slice(gap + '\r\n\r\n'.length)
  return { name: utf8(parameter(disposition, NAME) ?? ''), value: utf8(value) }
}

/** Parameters of a header field, quoted or bare: `form-data; name="a"`. */
const BOUNDARY = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i
const NAME = /;\s*name=(?:"([^"]*)"|([^;\s]*))/i

function parameter(field: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(field)
  return match?.[1] ?? match?.[2]
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
