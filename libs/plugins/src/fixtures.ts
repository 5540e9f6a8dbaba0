import {
  type Entity,
  type FieldErrors,
  type Json,
  type JsonObject,
  plugin,
  type Validation,
  validate,
} from '@biplane/entities'
import type { BufferedBody, HeaderFields, PluginContext, Query } from './context.ts'
import type { Facilities, Kept, PluginScope } from './facilities.ts'
import type { RequestRecord } from './request-record.ts'
import { bundledPlugins } from './schemas.ts'

export { aRedis, isRedisMissing } from './rate-limiting/a-redis.ts'

/** A request and what the node knows, as plain data. Everything has a default: `aContext({})` is an empty `GET /`. */
export interface ContextFixture {
  readonly method?: string
  readonly path?: string
  /** Field lines; a list for a repeated one. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Without `?`. */
  readonly query?: string
  /** What was buffered for the handler; none by default. */
  readonly body?: string
  readonly expectsContinue?: boolean
  /** What goes to the client. */
  readonly response?: {
    readonly status?: number
    readonly headers?: ContextFixture['headers']
    readonly body?: string
  }
  readonly clientIp?: string
  readonly uriCaptures?: PluginContext['uriCaptures']
  readonly authenticatedGroups?: readonly string[]
  readonly route?: Entity
  readonly service?: Entity
  /** Who is authenticated before the plugin runs. */
  readonly consumer?: Entity
  readonly credential?: Entity
  readonly consumers?: readonly Entity[]
  /** By kind and key, as `keyauth_credentials/kong`. */
  readonly credentials?: Readonly<Record<string, { readonly credential: Entity; readonly consumer: Entity }>>
  /** By consumer's id. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
  /** Those of a node of its own by default. */
  readonly facilities?: Facilities
  /** What differs from a plain request that an upstream answered. */
  readonly record?: Partial<RequestRecord>
}

/** A context over plain data, without a transport: for tests of plugins, and of what runs them. */
export function aContext(fixture: ContextFixture): PluginContext {
  const { method = 'GET', path = '/', query = '', consumers = [], credentials = {}, response = {} } = fixture
  let consumer = fixture.consumer ?? null
  let credential = fixture.credential ?? null
  let authenticatedGroups = fixture.authenticatedGroups ?? null
  return {
    request: {
      method,
      scheme: 'http',
      host: 'api.test',
      port: 8000,
      path,
      target: query === '' ? path : `${path}?${query}`,
      headers: headerFields(fixture.headers ?? {}),
      query: queryOf(query),
      hasBody: fixture.body !== undefined,
      expectsContinue: fixture.expectsContinue ?? false,
      body: fixture.body === undefined ? null : bufferedBody(fixture.body),
    },
    response: {
      status: response.status ?? 200,
      headers: headerFields(response.headers ?? {}),
      body: response.body === undefined ? null : bufferedBody(response.body),
    },
    upstream: { method: null, path: null, host: null },
    clientIp: fixture.clientIp ?? '127.0.0.1',
    uriCaptures: fixture.uriCaptures ?? {},
    shared: new Map(),
    route: fixture.route ?? null,
    service: fixture.service ?? null,
    get consumer() {
      return consumer
    },
    get credential() {
      return credential
    },
    get authenticatedGroups() {
      return authenticatedGroups
    },
    consumerGroups: [],
    node: { id: 'a-node', hostname: 'node.test' },
    facilities: fixture.facilities ?? someFacilities(),
    record: { ...A_RECORD, ...fixture.record },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    authenticate(who, by) {
      consumer = who
      credential = by
    },
    authenticateGroups(groups) {
      authenticatedGroups = groups
    },
    lookupCredential: (kind, key) => credentials[`${kind}/${key}`],
    lookupConsumer: (idOrUsername) =>
      consumers.find(({ id }) => id === idOrUsername) ??
      consumers.find(({ username }) => username === idOrUsername),
    lookupGroups: (consumerId) => fixture.groups?.[consumerId] ?? [],
  }
}

function silent(): undefined {
  return undefined
}

const A_RECORD: RequestRecord = {
  startedAt: 1_700_000_000_123,
  url: 'http://api.test:8000/',
  requestBytes: 80,
  responseBytes: 300,
  requestHeaders: [['host', 'api.test']],
  upstreamTarget: '/',
  latencies: { gateway: 2, upstream: 5, request: 8 },
  answeredBy: 'upstream',
  attempts: [
    { ip: '127.0.0.1', port: 9000, startedAt: 1_700_000_000_125, choosingMs: 0, status: 200, failed: false },
  ],
  tls: null,
}

/** Counters in a map, at the time given. @param now milliseconds since the epoch */
export function someFacilities(now: () => number = Date.now): Facilities {
  const counts = new Map<string, number>()
  const kept = new Map<string, Kept>()
  return {
    now,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    metrics: { add: silent, observe: silent },
    keep(key, open) {
      const thing = kept.get(key) ?? open()
      kept.set(key, thing)
      // What is kept under a key was opened for it.
      return thing as ReturnType<typeof open>
    },
    counters: {
      take(key, windows, by = 1) {
        const keys = windows.map(({ place, start }) => `${key} ${place} ${start}`)
        const used = keys.map((each) => counts.get(each) ?? 0)
        const isFree = windows.every(({ limit }, i) => (used[i] ?? 0) < limit)
        for (const [i, each] of keys.entries()) if (isFree) counts.set(each, (used[i] ?? 0) + by)
        return used
      },
    },
  }
}

/** For a plugin that is limited to nothing. */
export const EVERYWHERE: PluginScope = { route: null, service: null, consumer: null, consumer_group: null }

export function headerFields(initial: NonNullable<ContextFixture['headers']>): HeaderFields {
  let lines = Object.entries(initial).flatMap(([name, values]) =>
    [values].flat().map((value) => [name.toLowerCase(), value] as const),
  )
  const valuesOf = (name: string) =>
    lines.filter(([other]) => other === name.toLowerCase()).map(([, value]) => value)
  const remove = (name: string) => {
    lines = lines.filter(([other]) => other !== name.toLowerCase())
  }
  const add = (name: string, value: string) => {
    lines.push([name.toLowerCase(), value])
  }
  return {
    get: (name) => valuesOf(name)[0],
    getAll: valuesOf,
    set(name, value) {
      remove(name)
      add(name, value)
    },
    add,
    remove,
    entries: () => lines,
  }
}

export function queryOf(text: string): Query {
  const params = new URLSearchParams(text)
  return {
    has: (name) => params.has(name),
    getAll: (name) => params.getAll(name),
    set(name, values) {
      params.delete(name)
      for (const value of values) params.append(name, value)
    },
    remove: (name) => params.delete(name),
    entries: () => params.entries(),
  }
}

export function bufferedBody(text: string): BufferedBody {
  let bytes: Uint8Array = Buffer.from(text)
  return {
    get bytes() {
      return bytes
    },
    replace(others) {
      bytes = others
    },
  }
}

export function aConsumer(fields: Readonly<Record<string, string | null>> = {}): Entity {
  return { id: '11111111-1111-4111-8111-111111111111', username: 'ann', custom_id: 'A-1', ...fields }
}

/** The least that a client has to say of those plugins that do not do with their defaults. */
const LEAST: Readonly<Record<string, JsonObject>> = {
  acl: { allow: ['friends'] },
  acme: { account_email: 'ann@h.test', storage: 'kong' },
  'azure-functions': { appname: 'app', functionname: 'f' },
  'file-log': { path: '/tmp/log' },
  'http-log': { http_endpoint: 'http://h.test' },
  'ip-restriction': { allow: ['10.0.0.0/8'] },
  'ldap-auth': { ldap_host: 'h.test', base_dn: 'dc=test', attribute: 'cn' },
  loggly: { key: 'k' },
  oauth2: { enable_implicit_grant: true },
  opentelemetry: { endpoint: 'http://h.test:4318/v1/traces' },
  'post-function': { access: ['return'] },
  'pre-function': { access: ['return'] },
  'proxy-cache': { strategy: 'memory' },
  'rate-limiting': { minute: 5 },
  'response-ratelimiting': { limits: { sms: { minute: 5 } } },
  'tcp-log': { host: 'h.test', port: 9000 },
  'udp-log': { host: 'h.test', port: 9000 },
}

/** What a client sends to configure a plugin: the least, unless a config says more. */
export function anInput(name: string, config: JsonObject = LEAST[name] ?? {}): JsonObject {
  return { name, config }
}

/** The same with more in its config. */
export function anInputWith(name: string, more: JsonObject): JsonObject {
  return anInput(name, { ...LEAST[name], ...more })
}

/** The config that a plugin gets from what a client says of it; fails where that is refused. */
export function configOf(input: JsonObject): Json {
  const outcome = validated(input)
  if ('entity' in outcome) return outcome.entity.config ?? null
  throw new Error(`refused: ${JSON.stringify(outcome)}`)
}

/** What is wrong with what a client says of a plugin; null where nothing is. */
export function refusalOf(input: JsonObject): FieldErrors | null {
  const outcome = validated(input)
  return 'errors' in outcome ? outcome.errors : null
}

const plugins = bundledPlugins('3.4.0')

/** What the control plane makes of it. */
export function validated(input: JsonObject): Validation {
  return validate(plugin, input, {
    subschemas: { plugins },
    now: 1_700_000_000,
    uuid: () => '33333333-3333-4333-8333-333333333333',
    randomKey: () => 'a-random-key',
  })
}
