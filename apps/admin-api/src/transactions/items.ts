import { type EntityRegistry, isJsonObject, type JsonObject, parseJson } from '@biplane/entities'
import { BadRequest } from '../bad-request.ts'

/** One write of a transaction, as it would be a request of its own. */
export interface Item {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body: JsonObject | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** What takes longer is no transaction but a config, which `/config` takes. Locks are held until the last item. */
export const MOST_ITEMS = 1000

/**
 * The writes that a body lists: a JSON array of `{ method, path, body, headers }`, or one as the member `writes`.
 *
 * @throws BadRequest naming the item and what is wrong with it
 */
export function readItems(bytes: Uint8Array, registry: EntityRegistry): readonly Item[] {
  const sent = parsed(bytes)
  const list = isJsonObject(sent) ? sent.writes : sent
  if (!Array.isArray(list)) throw new BadRequest(400, 'expected a JSON array of writes')
  if (list.length === 0) throw new BadRequest(400, 'expected at least one write')
  if (list.length > MOST_ITEMS)
    throw new BadRequest(400, `expected at most ${MOST_ITEMS} writes, got ${list.length}`)
  const segments = new Set(registry.all.flatMap(({ collection }) => collection ?? []))
  return list.map((each: unknown, index) => {
    const item = toItem(each, segments)
    if (typeof item === 'string') throw new BadRequest(400, `item ${index}: ${item}`)
    return item
  })
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError)
      throw new BadRequest(400, 'Cannot parse JSON body')
    throw error
  }
}

/** The item, or what is wrong with it. */
function toItem(given: unknown, segments: ReadonlySet<string>): Item | string {
  if (!isJsonObject(given)) return 'expected an object'
  const unknown = Object.keys(given).find((name) => !MEMBERS.has(name))
  if (unknown !== undefined) return `unknown member '${unknown}'`
  const { method, path, body = null, headers = {} } = given
  const verb = typeof method === 'string' && METHODS.find((each) => each === method.toUpperCase())
  if (!verb) return `method must be one of ${METHODS.join(', ')}`
  if (typeof path !== 'string' || !path.startsWith('/')) return 'path must be a text that begins with /'
  const url = URL.parse(path, ORIGIN)
  if (url?.origin !== ORIGIN) return 'path must be one of this Admin API'
  const [, segment = ''] = url.pathname.split('/', 2)
  if (!segments.has(segment)) return `path must be one of entities, and /${segment} is none`
  const whole = ['wait_for_sync', 'preflight'].find((name) => url.searchParams.has(name))
  if (whole !== undefined) return `${whole} is for the whole transaction`
  if (body !== null && !isJsonObject(body)) return 'body must be an object'
  const conditions = conditionsIn(headers)
  if (conditions === undefined) return 'headers may hold If-Match and If-None-Match, each a text'
  return { method: verb, path, body: body ?? undefined, headers: conditions }
}

/** Of no meaning: a path is read as the server reads it, in which `/services/../config` is another one than it seems. */
const ORIGIN = 'http://admin.internal'
const MEMBERS = new Set(['method', 'path', 'body', 'headers'])
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const

function conditionsIn(headers: unknown): Readonly<Record<string, string>> | undefined {
  if (!isJsonObject(headers)) return undefined
  const conditions: [string, string][] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!/^if-(none-)?match$/i.test(name) || typeof value !== 'string') return undefined
    conditions.push([name.toLowerCase(), value])
  }
  return Object.fromEntries(conditions)
}
