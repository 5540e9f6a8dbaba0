import { type EntityDefinition, type Fields, references } from '@biplane/entities'
import { rsa } from '@biplane/entities/fixtures/pem'
import fc from 'fast-check'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { beforeAll, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from './fixtures/admin.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

it('no request to any entity, whatever it holds, is answered with a fault of ours', async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest, async (request) => {
      const answer = await app.inject(request)
      expect(answer.statusCode, `${answer.body} ${JSON.stringify(request)}`).toBeLessThan(500)
      if (answer.body !== '' && request.method !== 'HEAD') expect(() => answer.json()).not.toThrow()
    }),
    { numRuns: 1500 },
  )
}, 120_000)

it('what was accepted is read back, and can be put back', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(validWithNoise, async ({ definition, body }) => {
      const headers = { 'content-type': 'application/json' }
      const created = await app.inject({
        method: 'POST',
        url: `/${definition.collection}`,
        headers,
        payload: JSON.stringify(body),
      })
      if (created.statusCode !== 201) return
      accepted += 1
      const url = `/${definition.collection}/${created.json<{ id: string }>().id}`
      const read = await app.inject(url)
      expect(read.json()).toEqual(created.json())
      const put = await app.inject({ method: 'PUT', url, headers, payload: read.body })
      expect([put.statusCode, put.json()]).toMatchObject([200, { id: created.json<{ id: string }>().id }])
    }),
    { numRuns: 400 },
  )
  expect(accepted).toBeGreaterThan(40)
}, 120_000)

const definitions = registry.all.filter(({ collection }) => collection !== null)
const someDefinition = fc.constantFrom(...definitions)

/** Texts that have broken programs before. */
const nasty = fc.constantFrom(
  '',
  '\0',
  '\ud800',
  '__proto__',
  'constructor',
  'a'.repeat(5000),
  '../..',
  '%00',
  '{vault://env/x}',
  '~/(((',
  '~/(a+)+$',
  'http://[::1]:99999/',
  '00000000-0000-4000-8000-000000000000',
)
const text = fc.oneof(
  nasty,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('a', 'b', 'key-auth'),
)
const value = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 3 }),
  fc.double().map((number) => (Number.isFinite(number) ? number : null)),
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    -1,
    1e300,
    0.5,
    2 ** 53,
    [],
    {},
    [[]],
    { id: null },
    { name: 'a' },
    ['http'],
  ),
  fc.array(text, { maxLength: 3 }),
)

function fieldNames({ fields, shorthands, ttl }: EntityDefinition): string[] {
  return [...Object.keys(fields), ...Object.keys(shorthands), ...(ttl ? ['ttl'] : [])]
}

function someBody(definition: EntityDefinition): fc.Arbitrary<unknown> {
  const names = fc.oneof(fc.constantFrom(...fieldNames(definition)), text)
  return fc.dictionary(names, value, { maxKeys: 6 })
}

function segments(fields: Fields): fc.Arbitrary<string> {
  return fc.oneof(text.map(encode), fc.constantFrom(...Object.keys(fields)), fc.uuid())
}

function encode(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()) || '%20'
}

/** Paths of a kind: collection, item, and whatever lies below an item. */
function paths(definition: EntityDefinition): fc.Arbitrary<string> {
  const below = [
    ...references(definition).map(({ field }) => field),
    ...registry.nestedCollections.filter(({ parent }) => parent === definition).map(({ segment }) => segment),
  ]
  const item = segments(definition.fields).map((key) => `/${definition.collection}/${key}`)
  return fc.oneof(
    fc.constant(`/${definition.collection}`),
    item,
    ...below.flatMap((segment) => [
      item.map((path) => `${path}/${segment}`),
      fc.tuple(item, segments(definition.fields)).map(([path, key]) => `${path}/${segment}/${key}`),
    ]),
  )
}

const query = fc.oneof(
  fc.constant(''),
  fc
    .dictionary(
      fc.constantFrom('size', 'offset', 'tags', 'custom_id', 'name', 'key'),
      fc.oneof(nasty, text),
      {
        maxKeys: 2,
      },
    )
    .map(
      (pairs) =>
        `?${Object.entries(pairs)
          .map(([name, one]) => `${name}=${encode(one)}`)
          .join('&')}`,
    ),
)

const anyList = someDefinition.chain(({ collection }) =>
  query.map((asked): InjectOptions => ({ method: 'GET', url: `/${collection}${asked}` })),
)

const anyWrite = someDefinition.chain((definition) =>
  fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD') as fc.Arbitrary<'GET'>,
      path: paths(definition),
      query,
      body: fc.oneof({ weight: 4, arbitrary: someBody(definition) }, { weight: 1, arbitrary: value }),
      form: fc.boolean(),
    })
    .map(({ method, path, query, body, form }): InjectOptions => {
      const type = form ? 'application/x-www-form-urlencoded' : 'application/json'
      const payload = form ? toForm(body) : JSON.stringify(body)
      return { method, url: `${path}${query}`, headers: { 'content-type': type }, payload }
    }),
)

const anyRequest = fc.oneof({ weight: 1, arbitrary: anyList }, { weight: 2, arbitrary: anyWrite })

function toForm(body: unknown): string {
  if (typeof body !== 'object' || body === null) return String(body)
  const pairs = Object.entries(body).map(([name, one]): [string, string] => [
    name,
    typeof one === 'string' ? one : JSON.stringify(one),
  ])
  return String(new URLSearchParams(pairs))
}

/** Of kinds that need no other entity: what makes one that differs from all others by `seed`. */
const plain: Readonly<Record<string, (seed: string) => object>> = {
  services: (seed) => ({ name: seed, host: 'h.test' }),
  routes: (seed) => ({ name: seed, paths: ['/'] }),
  consumers: (seed) => ({ username: seed }),
  plugins: (seed) => ({ name: 'key-auth', instance_name: seed }),
  upstreams: (seed) => ({ name: `u-${seed}`, hash_on: 'ip' }),
  certificates: (seed) => ({ ...rsa, snis: [`c-${seed}.test`] }),
  key_sets: (seed) => ({ name: seed }),
  keys: (seed) => ({ name: seed, kid: seed, pem: { private_key: rsa.key } }),
  vaults: (seed) => ({ name: 'env', prefix: `v-${seed}` }),
  sessions: (seed) => ({ session_id: seed }),
  acme_storage: (seed) => ({ key: seed, value: 'x' }),
}

/** Mostly right, so that something is stored: an example with a few fields made strange. */
const validWithNoise = fc
  .constantFrom(...definitions.filter(({ kind }) => plain[kind] !== undefined))
  .chain((definition) =>
    fc
      .record({
        noise: fc.dictionary(fc.constantFrom(...Object.keys(definition.fields)), value, { maxKeys: 2 }),
        seed: fc.uuid(),
      })
      .map(({ noise, seed }) => ({ definition, body: { ...plain[definition.kind]?.(seed), ...noise } })),
  )
