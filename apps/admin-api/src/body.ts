import { isJsonObject, type JsonObject, parseJson } from '@biplane/entities'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BadRequest, limitArguments } from './bad-request.ts'

/**
 * A request's body before anything is known of the entity it is for. JSON is strict; a form's pairs are made into values
 * only with the entity's schema at hand (admin API facts, section 1.1).
 */
export type Body =
  | { readonly kind: 'json'; readonly value: JsonObject }
  | { readonly kind: 'form'; readonly pairs: readonly (readonly [name: string, value: string])[] }

const LIMIT_BYTES = 10 * 1024 * 1024

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a path takes bodies of any type, as bytes. */
    readonly anyBody?: boolean
  }
}

/** Only these have bodies that mean anything; what comes with another verb is never looked at. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

/**
 * A body that nobody can read is refused before anything is looked for, and a type that is not taken even before the path and
 * the verb are: in what order, clients of Kong can tell.
 */
export function registerBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: LIMIT_BYTES },
    async (_: unknown, bytes: Buffer) => bytes,
  )
  // Not in the parser: what fails there ends the connection, although all of the body has been read.
  app.addHook('preValidation', async (request) => {
    const { method, body, headers, is404, routeOptions } = request
    const { config } = routeOptions
    if (!WITH_BODY.has(method) || config.anyBody === true || !(body instanceof Uint8Array)) return
    const type = headers['content-type']
    const read = readerOf(type)
    // Where nothing is done whatever the body says, nobody reads it.
    request.body = is404 || config.implied === true ? undefined : await read(body, type ?? '')
  })
}

/** What a request sent; nothing at all is an empty object. */
export function readBody({ body }: FastifyRequest): Body {
  return body === undefined ? { kind: 'json', value: {} } : (body as Body) // what the hook above made
}

/** @throws BadRequest for a type that is not taken, and for a text that is not of its type */
export async function parseBody(contentType: string, bytes: Uint8Array): Promise<Body> {
  return readerOf(contentType)(bytes, contentType)
}

type Reader = (bytes: Uint8Array, contentType: string) => Body | Promise<Body>

/** What a content type may begin with. */
const READERS: readonly (readonly [type: string, read: Reader])[] = [
  ['application/json', (bytes) => ({ kind: 'json', value: readJson(bytes) })],
  [
    'application/x-www-form-urlencoded',
    (bytes) => form([...new URLSearchParams(Buffer.from(bytes).toString('utf8').replace(BARE, '$&=true'))]),
  ],
  ['multipart/form-data', async (bytes, contentType) => form(await multipart(bytes, contentType))],
]

/** A name that stands alone, which says that it is so. */
const BARE = /(?<=^|&)[^=&]+(?=&|$)/g

function readerOf(contentType = ''): Reader {
  const given = contentType.trim().toLowerCase()
  const found = READERS.find(([type]) => given.startsWith(type))
  if (found === undefined) throw new BadRequest(415, '')
  return found[1]
}

function readJson(bytes: Uint8Array): JsonObject {
  const value = attempt(() => parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  if (isJsonObject(value)) return value
  // What some languages make of a map without entries; Lua does not tell the two apart.
  if (Array.isArray(value) && value.length === 0) return {}
  throw new BadRequest(400, 'Cannot parse JSON body')
}

function form(pairs: readonly (readonly [string, string])[]): Body {
  limitArguments(pairs.length)
  return { kind: 'form', pairs }
}

async function multipart(bytes: Uint8Array, type: string): Promise<[string, string][]> {
  if (bytes.length === 0) return []
  // The platform's own parser: the type is passed as sent, since the boundary is case-sensitive.
  const response = new Response(Buffer.from(bytes), { headers: { 'content-type': type } })
  const data = await response.formData().catch((cause: unknown) => {
    throw new BadRequest(
      400,
      `Cannot parse multipart body: ${cause instanceof Error ? cause.message : cause}`,
    )
  })
  return Promise.all(
    [...data].map(
      async ([name, value]): Promise<[string, string]> => [
        name,
        typeof value === 'string' ? value : await value.text(),
      ],
    ),
  )
}

/** The value, or undefined where the text is malformed, is no UTF-8 or nests without end. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)
      return undefined
    throw error
  }
}
