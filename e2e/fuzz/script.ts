import { type Body, encoded } from './bodies.ts'
import type { Catalogue, Path } from './catalogue.ts'
import { aDocument, hostileYaml } from './documents.ts'
import { anEntity, leastEntity, seedOrder } from './entities.ts'
import { aFrame } from './frames.ts'
import { hostileTexts, hostileValue } from './hostile-values.ts'
import { type Json, type JsonObject, jsonText } from './json.ts'
import { mutated } from './mutate.ts'
import { concrete, query } from './paths.ts'
import { atFirst, idOf, someId, someName } from './pool.ts'
import type { Random } from './random.ts'
import type { FuzzRequest } from './request.ts'

/** The next request of a client: decided by chance alone, never by an answer, so that a seed repeats it. */
export function nextRequest(catalogue: Catalogue, random: Random): FuzzRequest {
  return random.weighted<() => FuzzRequest>([
    [58, () => write(catalogue, random)],
    [24, () => read(catalogue, random)],
    [6, () => transaction(catalogue, random)],
    [2, () => importing(catalogue, random)],
    [5, () => anything(catalogue, random)],
    [5, () => aFrame(random)],
  ])()
}

/** A few entities of each kind, what is referred to first: without them most of what is sent would refer to nothing. */
export function seedRequests(catalogue: Catalogue, random: Random): readonly FuzzRequest[] {
  return seedOrder.flatMap((kind) => {
    const item = itemPath(catalogue, kind)
    return item === undefined ? [] : [0, 1, 2].map((n) => seed(catalogue, kind, n, item.template, random))
  })
}

function seed(catalogue: Catalogue, kind: string, n: number, template: string, random: Random): FuzzRequest {
  const text = atFirst(jsonText(leastEntity(catalogue, kind, random)))
  const path = template.replaceAll(/\{([^}]+)\}/g, (_, each: string) => idOf(each, each === kind ? n : 0))
  return {
    method: 'PUT',
    path,
    template,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(text),
  }
}

/** Where entities of a kind are: at the top level, if they are there. */
function itemPath({ paths }: Catalogue, kind: string): Path | undefined {
  const items = paths.filter(({ template }) => template.endsWith(`/{${kind}}`))
  return items.toSorted((a, b) => a.template.length - b.template.length)[0]
}

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE']
const isWrite = (method: string): boolean => WRITES.includes(method)

function write(catalogue: Catalogue, random: Random): FuzzRequest {
  const path = random.pick(
    catalogue.paths.filter(
      ({ kind, verbs }) => kind !== null && kind !== SWITCHED_OFF && verbs.some(isWrite),
    ),
  )
  const method = random.weighted(path.verbs.filter(isWrite).map((verb) => [WEIGHT[verb] ?? 1, verb] as const))
  const body =
    method === 'DELETE' && random.chance(0.9)
      ? { headers: {} }
      : encoded(bodyFor(catalogue, path, random), random)
  return assembled(method, path.template, body, random)
}

/** Of these there are none; `anything` asks for them. */
const SWITCHED_OFF = 'filter_chains'

/** What is deleted takes others with it, so there is less of it. */
const WEIGHT: Readonly<Record<string, number>> = { POST: 3, PUT: 4, PATCH: 3, DELETE: 1 }

function bodyFor(catalogue: Catalogue, { template, kind }: Path, random: Random): JsonObject {
  if (!MEMBERSHIP.test(template)) return aBody(catalogue, kind, random)
  const named = template.startsWith('/consumers') ? 'group' : 'consumer'
  const other = named === 'group' ? 'consumer_groups' : 'consumers'
  const one = random.pick<Json>([
    idOf(other, 0),
    someId(other, random),
    someName(random),
    { id: idOf(other, 0) },
  ])
  const body = { [named]: random.chance(0.7) ? one : [one, idOf(other, 0)] }
  return random.chance(0.7) ? body : mutated(body, random)
}

/** Who joins, and which group. */
const MEMBERSHIP =
  /^\/(consumers\/\{consumers\}\/consumer_groups|consumer_groups\/\{consumer_groups\}\/consumers)$/

function aBody(catalogue: Catalogue, kind: string | null, random: Random): JsonObject {
  const body = anEntity(catalogue, kind ?? random.pick([...catalogue.schemas.keys()]), random)
  if (random.chance(0.6)) return body
  const once = mutated(body, random)
  return random.chance(0.8) ? once : mutated(once, random)
}

function read({ paths }: Catalogue, random: Random): FuzzRequest {
  const path = random.pick(paths.filter(({ verbs }) => verbs.includes('GET')))
  return assembled(
    random.chance(0.9) ? 'GET' : random.pick(['HEAD', 'OPTIONS']),
    path.template,
    { headers: {} },
    random,
  )
}

/** Any verb on any path with anything. */
function anything(catalogue: Catalogue, random: Random): FuzzRequest {
  const { template, kind } = random.pick(catalogue.paths)
  const method = random.pick([...WRITES, 'GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'QUERY', 'PURGE', 'M-SEARCH'])
  return assembled(method, template, encoded(aBody(catalogue, kind, random), random), random)
}

function importing(catalogue: Catalogue, random: Random): FuzzRequest {
  const document = jsonText(aDocument(catalogue, random))
  const text = random.chance(0.7) ? document : hostileYaml(random)
  const body = random.pick<() => Body>([
    () => ({ headers: { 'content-type': 'application/json' }, body: Buffer.from(text) }),
    () => ({
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ config: text })),
    }),
    () => ({ headers: { 'content-type': 'text/yaml' }, body: Buffer.from(text) }),
    () => encoded({ config: text }, random),
  ])()
  const request = assembled('POST', '/config', body, random)
  // What is really imported takes the place of all that the round has made, which is seldom of use.
  return random.chance(0.8) ? { ...request, path: '/config?dry_run=1&flatten_errors=1' } : request
}

function transaction(catalogue: Catalogue, random: Random): FuzzRequest {
  const items = Array.from({ length: 1 + random.below(5) }, () => {
    const { method, path, template } = write(catalogue, random)
    const found = catalogue.paths.find((each) => each.template === template)
    const body = method === 'DELETE' || found === undefined ? {} : { body: bodyFor(catalogue, found, random) }
    const item: JsonObject = { method, path, ...body }
    return random.chance(0.05) ? mutated(item, random) : item
  })
  const value: Json = random.chance(0.95) ? items : hostileValue(random)
  const body = { headers: { 'content-type': 'application/json' }, body: Buffer.from(jsonText(value)) }
  return assembled('POST', '/transactions', body, random)
}

function assembled(method: string, template: string, { headers, body }: Body, random: Random): FuzzRequest {
  const path = `${concrete(template, random)}${query(random, isWrite(method))}`
  const more = random.chance(0.1) ? someHeader(random) : {}
  return { method, path, template, headers: { ...headers, ...more }, ...(body && { body }) }
}

/** Headers that are read, and of which some come back: as a client can send them, in bytes above NUL. */
function someHeader(random: Random): Readonly<Record<string, string>> {
  const names = [
    'if-match',
    'if-none-match',
    'origin',
    'access-control-request-headers',
    'host',
    'x-http-method-override',
  ]
  const texts = [
    ...hostileTexts,
    '*',
    '"x"',
    'W/"x"',
    '"',
    '"a", "b"',
    `"${'a'.repeat(9000)}"`,
    `${'"",'.repeat(3000)}`,
  ]
  const value = Buffer.from(random.pick(texts))
    .toString('latin1')
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '')
  return { [random.pick(names)]: value }
}
