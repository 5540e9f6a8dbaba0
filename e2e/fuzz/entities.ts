import { createPublicKey } from 'node:crypto'
import { type Catalogue, fieldsOf } from './catalogue.ts'
import { likely } from './field-values.ts'
import type { Json, JsonObject } from './json.ts'
import { leastConfigs } from './least-configs.ts'
import { authorities, pairs, publicKey } from './pem.ts'
import { idOf, someId, someName } from './pool.ts'
import type { Random } from './random.ts'

/** What a client may send to make an entity of a kind: mostly right, since only what is accepted can do harm later. */
export function anEntity(catalogue: Catalogue, kind: string, random: Random): JsonObject {
  const body = leastEntity(catalogue, kind, random)
  const given = random.chance(0.5) ? { id: someId(kind, random) } : {}
  return { ...given, ...body, ...more(catalogue, kind, random) }
}

/** A few more fields, each by itself of the type that it must have. */
function more(catalogue: Catalogue, kind: string, random: Random): JsonObject {
  if (random.chance(0.4)) return {}
  const fields = [...fieldsOf(catalogue.schemas.get(kind) ?? [])].filter(
    ([name, { auto }]) => !auto && name !== 'config' && !(name in NOT_FREE),
  )
  return Object.fromEntries(
    random.some(fields, 3).map(([name, field]) => [name, likely(field, name, random)]),
  )
}

/** Fields that fit only together with others, and those that tell what it is. */
const NOT_FREE = { name: 0, protocols: 0, protocol: 0, cert: 0, key: 0, jwk: 0, pem: 0, kid: 0 }

/** What makes one of each kind, without any doubt. In an order in which what is referred to comes first. */
export const seedOrder: readonly string[] = [
  ...['certificates', 'services', 'routes', 'consumers', 'upstreams', 'targets', 'plugins', 'snis'],
  ...['ca_certificates', 'consumer_groups', 'key_sets', 'keys', 'vaults', 'keyauth_credentials'],
  ...['basicauth_credentials', 'hmacauth_credentials', 'jwt_secrets', 'acls', 'oauth2_credentials'],
  ...['oauth2_tokens', 'sessions', 'acme_storage', 'workspaces'],
]

type Maker = (random: Random) => JsonObject

/** The same with hardly more than it needs. */
export function leastEntity(catalogue: Catalogue, kind: string, random: Random): JsonObject {
  if (kind === 'plugins') return aPlugin(catalogue, random)
  return LEAST[kind]?.(random) ?? { name: text(random) }
}

function aPlugin({ plugins }: Catalogue, random: Random): JsonObject {
  // Nodes run these two; a configured one of the others keeps every update from them.
  const name = random.chance(0.4)
    ? random.pick(['key-auth', 'request-termination'])
    : random.pick([...plugins.keys()])
  const config = fieldsOf(plugins.get(name) ?? []).get('config')
  const free = random.some([...fieldsOf(config?.fields ?? [])], random.pick([0, 1, 3]))
  const options = free.map(([option, field]) => [option, likely(field, option, random)])
  const scope = random.pick<JsonObject>([
    {},
    to('service', 'services', random),
    to('route', 'routes', random),
  ])
  const who = random.pick<JsonObject>([
    {},
    {},
    to('consumer', 'consumers', random),
    to('consumer_group', 'consumer_groups', random),
  ])
  return { name, config: { ...leastConfigs[name], ...Object.fromEntries(options) }, ...scope, ...who }
}

function to(field: string, kind: string, random: Random): JsonObject {
  return { [field]: { id: random.chance(0.6) ? idOf(kind, 0) : someId(kind, random) } }
}

const ofConsumer = (random: Random): JsonObject => to('consumer', 'consumers', random)
const text = (random: Random): string =>
  `${someName(random)}${random.pick(['', '', '.test', '-x', ' y', 'é'])}`
const path = (random: Random): string =>
  random.pick([
    '/',
    '/a',
    '/a/b',
    '/ü',
    '/%20',
    '~/b/[0-9]+$',
    '~/(?<id>\\d+)/x',
    '~/(?i)c',
    `/${someName(random)}`,
  ])
const host = (random: Random): string =>
  random.pick([`${someName(random)}.test`, '*.wild.test', 'wild.*', 'h.test:8080', '127.0.0.1', '[::1]'])

const LEAST: Readonly<Record<string, Maker>> = {
  services: (random) => ({
    name: text(random),
    ...random.pick<JsonObject>([
      { host: someName(random) },
      { url: `https://${someName(random)}.test:8443/base` },
      { host: '::1', protocol: 'tcp', port: 53 },
      { host: 'g.test', protocol: 'grpcs', port: 443, client_certificate: null },
      {
        host: 'h.test',
        protocol: 'https',
        ...to('client_certificate', 'certificates', random),
        tls_verify: true,
      },
    ]),
  }),
  routes: aRoute,
  consumers: (random) =>
    random.pick<JsonObject>([
      { username: text(random) },
      { custom_id: text(random) },
      { username: text(random), custom_id: text(random) },
    ]),
  certificates: (random) => ({
    ...random.pick(pairs),
    ...random.pick<JsonObject>([{}, { snis: [] }, { snis: [`s${random.below(9)}.test`] }]),
  }),
  ca_certificates: (random) => ({ cert: random.pick(authorities) }),
  snis: (random) => ({ name: `s${random.below(9)}.test`, ...to('certificate', 'certificates', random) }),
  upstreams: (random) => ({
    name: someName(random),
    ...random.pick<JsonObject>([
      {},
      { hash_on: 'header', hash_on_header: 'x-user', hash_fallback: 'ip' },
      { hash_on: 'cookie', hash_on_cookie: 'c', hash_on_cookie_path: '/' },
      { algorithm: 'least-connections', slots: 10 },
      { healthchecks: { active: { healthy: { interval: 5 }, type: 'https' } } },
    ]),
  }),
  targets: (random) => ({
    ...to('upstream', 'upstreams', random),
    target: random.pick([`${someName(random)}.test:80`, '10.0.0.1', '[::1]:99', '10.0.0.1:8000', 'h.test']),
  }),
  keys: (random) => ({
    name: text(random),
    kid: 'k',
    ...random.pick<JsonObject>([{}, to('set', 'key_sets', random)]),
    ...random.pick<JsonObject>([{ jwk }, { pem: { private_key: pairs[0].key, public_key: publicKey } }]),
  }),
  vaults: (random) => ({ name: 'env', prefix: `v-${random.below(6)}`, config: { prefix: 'my_' } }),
  keyauth_credentials: (random) => ({
    ...ofConsumer(random),
    key: text(random),
    ttl: random.pick([0, 1, 60, null]),
  }),
  basicauth_credentials: (random) => ({
    ...ofConsumer(random),
    username: text(random),
    password: text(random),
  }),
  hmacauth_credentials: (random) => ({ ...ofConsumer(random), username: text(random) }),
  jwt_secrets: (random) => ({
    ...ofConsumer(random),
    key: text(random),
    ...random.pick<JsonObject>([{}, { algorithm: 'ES256', rsa_public_key: publicKey }]),
  }),
  acls: (random) => ({ ...ofConsumer(random), group: text(random) }),
  oauth2_credentials: (random) => ({
    ...ofConsumer(random),
    name: text(random),
    redirect_uris: ['https://app.test/back'],
    hash_secret: random.chance(0.1),
  }),
  oauth2_tokens: (random) => ({
    ...to('credential', 'oauth2_credentials', random),
    expires_in: 60,
    access_token: text(random),
  }),
  sessions: (random) => ({ session_id: text(random), data: 'x', ttl: random.pick([1, 100]) }),
  acme_storage: (random) => ({ key: text(random), value: 'x' }),
}

const jwk = JSON.stringify({ ...createPublicKey(publicKey).export({ format: 'jwk' }), kid: 'k' })

function aRoute(random: Random): JsonObject {
  const name = text(random)
  const service = random.pick<JsonObject>([{}, to('service', 'services', random)])
  const address: Json = [{ ip: '10.0.0.0/8', port: 53 }, { port: 54 }]
  const matching = random.pick<JsonObject>([
    { paths: [path(random)] },
    { paths: [path(random), path(random)], methods: ['GET', 'POST'] },
    { hosts: [host(random)] },
    { headers: { 'x-version': ['1', '~*^2'] } },
    { protocols: ['https'], snis: ['s0.test'], https_redirect_status_code: 301 },
    { protocols: ['tcp', 'udp'], sources: address },
    { protocols: ['tls'], destinations: address, snis: ['s1.test'] },
    { protocols: ['tls_passthrough'], snis: ['s2.test'] },
    { protocols: ['grpc', 'grpcs'], paths: [path(random)], strip_path: false },
  ])
  return { name, ...service, ...matching }
}
