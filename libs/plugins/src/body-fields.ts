import { isJsonObject, type JsonObject } from '@biplane/entities'
import { formPairs, valueIn } from './form-pairs.ts'
import { gather } from './gather.ts'
import { multipartFields } from './multipart.ts'

/** A request body that holds named fields: a JSON object or a form. */
export interface BodyFields {
  /** Values by name; of a form texts, or a list of texts for a name that occurs several times. */
  readonly object: JsonObject
  /** The body without the fields of that name, everything else as it was. */
  without(name: string): Uint8Array
}

/** Undefined for a body of another content type, and for one that is not what its content type says. */
export function bodyFields(contentType: string | undefined, bytes: Uint8Array): BodyFields | undefined {
  const [mediaType = ''] = (contentType ?? '').split(';')
  const decode = DECODERS.get(mediaType.trim().toLowerCase())
  return decode?.(bytes, contentType ?? '')
}

const DECODERS: ReadonlyMap<string, (bytes: Uint8Array, contentType: string) => BodyFields | undefined> =
  new Map([
    ['application/json', jsonFields],
    ['application/x-www-form-urlencoded', formFields],
    ['multipart/form-data', multipartFields],
  ])

function jsonFields(bytes: Uint8Array): BodyFields | undefined {
  const object = parseJson(new TextDecoder().decode(bytes))
  if (!isJsonObject(object)) return undefined
  return {
    object,
    without(name) {
      const { [name]: _removed, ...others } = object
      return encode(JSON.stringify(others))
    },
  }
}

function formFields(bytes: Uint8Array): BodyFields {
  const pairs = [...formPairs(bytes)]
  return {
    object: gather(pairs.map(([name, written]) => [name, valueIn(written)] as const)),
    without(name) {
      const others = pairs.filter(([other]) => other !== name)
      return Buffer.from(others.map(([, written]) => written).join('&'), 'latin1')
    },
  }
}

/** What a client sends need not be JSON; that is an outcome here, not an error. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
