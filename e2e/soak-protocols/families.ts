import type { Row } from '../client.ts'
import { pairs } from '../fuzz/pem.ts'
import type { Random } from '../fuzz/random.ts'
import type { Write } from '../soak/writing.ts'
import { type DoorName, HOST, portOf } from './site.ts'
import { SERVICES } from './site-grpc.ts'

/** Protocols that share routes. Of each there are two routes, two services and two upstreams. */
export const FAMILIES = ['web', 'grpc', 'tcp', 'tls', 'passthrough', 'udp'] as const
export type Family = (typeof FAMILIES)[number]
export type Lane = 0 | 1
export const LANES = [0, 1] as const

/** How all of a family is set. */
export interface State {
  readonly routes: readonly [RouteState, RouteState]
  /** The sites that each upstream leads to, by the first of their ports. */
  readonly pools: readonly [readonly number[], readonly number[]]
  /** By lane, which pair its server name is served with. */
  readonly pairs: readonly [number, number]
}

export interface RouteState {
  readonly service: Lane
  readonly isGone: boolean
  /** Whether a plugin lets nobody in. */
  readonly isBarred: boolean
  /** What a plugin says of it to clients. */
  readonly mark: string | null
}

/** What all families may refer to. The first two sites are always there, the others come and go. */
export interface Surroundings {
  readonly sites: readonly number[]
  /** By lane, where streams without a server name come to nodes. */
  readonly tcp: readonly [readonly number[], readonly number[]]
  readonly udp: readonly [readonly number[], readonly number[]]
}

export interface Change {
  readonly write: Write
  readonly next: State
}

const PLAIN: RouteState = { service: 0, isGone: false, isBarred: false, mark: null }
export const MARK = 'x-soak-mark'

export function nameOf(family: Family, lane: Lane): string {
  return `${family}-${lane}`
}

export function serverNameOf(family: Family, lane: Lane): string {
  return `${nameOf(family, lane)}.soak.test`
}

export function initial({ sites: [first = 0, second = 0, ...others] }: Surroundings): State {
  return {
    routes: [PLAIN, { ...PLAIN, service: 1 }],
    pools: [
      [first, ...others],
      [second, ...others],
    ],
    pairs: [0, 1],
  }
}

/** All that a family needs from the beginning. */
export function foundation(family: Family, around: Surroundings): readonly Write[] {
  const { pools, pairs } = initial(around)
  return LANES.flatMap((lane) => {
    const name = nameOf(family, lane)
    const service = { host: name, port: 80, ...SERVICE[family](lane), ...timeoutsOf(family) }
    const targets = pools[lane].map((site) => target(family, lane, site))
    return [
      put(`/upstreams/${name}`, upstreamOf(family, lane)),
      ...targets.map((body) => ({ method: 'POST', path: `/upstreams/${name}/targets`, body }) as const),
      put(`/services/${name}`, service),
      routeAgain(family, lane, lane, around),
      ...(HAS_CERTIFICATES[family] ? [certificate(family, lane, pairs[lane])] : []),
    ]
  })
}

/** What changes next, by chance. */
export function changed(family: Family, now: State, chance: Random, around: Surroundings): Change {
  const lane = chance.pick(LANES)
  const route = now.routes[lane]
  if (route.isGone)
    return {
      write: routeAgain(family, lane, lane, around),
      next: withRoute(now, lane, { ...PLAIN, service: lane }),
    }
  if (route.isBarred && chance.chance(0.5))
    return { write: remove(barPath(family, lane)), next: withRoute(now, lane, { ...route, isBarred: false }) }
  const other = now.routes[lane === 0 ? 1 : 0]
  const change = chance.weighted<() => Change>([
    [10, () => pool(family, now, chance, around)],
    [other.isGone ? 0 : 5, () => swap(family, now)],
    [2, () => gone(family, now, lane)],
    [route.isBarred ? 0 : 2, () => bar(family, now, lane, around)],
    [HAS_HEADERS[family] ? 8 : 0, () => mark(family, now, lane, chance)],
    [HAS_CERTIFICATES[family] ? 5 : 0, () => reissue(family, now, lane)],
  ])
  return change()
}

function pool(family: Family, now: State, chance: Random, { sites }: Surroundings): Change {
  const lane = chance.pick(LANES)
  const site = chance.pick(sites.slice(2))
  const path = `/upstreams/${nameOf(family, lane)}/targets`
  const [before, isThere] = [now.pools[lane], now.pools[lane].includes(site)]
  const body = target(family, lane, site)
  return {
    write: isThere ? remove(`${path}/${body.target}`) : { method: 'POST', path, body },
    next: {
      ...now,
      pools: withLane(now.pools, lane, isThere ? before.filter((one) => one !== site) : [...before, site]),
    },
  }
}

/** Both routes get the service of the other one in one revision. */
function swap(family: Family, now: State): Change {
  const [one, other] = now.routes
  const patch = (lane: Lane, service: Lane): Row => ({
    ...{ method: 'PATCH', path: `/routes/${nameOf(family, lane)}` },
    body: { service: { name: nameOf(family, service) } },
  })
  return {
    write: {
      ...{ method: 'POST', path: '/transactions' },
      body: [patch(0, other.service), patch(1, one.service)],
    },
    next: {
      ...now,
      routes: [
        { ...one, service: other.service },
        { ...other, service: one.service },
      ],
    },
  }
}

/** Its plugins go with it. */
function gone(family: Family, now: State, lane: Lane): Change {
  const next = withRoute(now, lane, { ...PLAIN, isGone: true })
  return { write: remove(`/routes/${nameOf(family, lane)}`), next }
}

function bar(family: Family, now: State, lane: Lane, around: Surroundings): Change {
  const { protocols } = ROUTE[family](lane, around)
  const body = {
    name: 'ip-restriction',
    protocols,
    config: { deny: ['127.0.0.0/8'] },
    ...ofRoute(family, lane),
  }
  const next = withRoute(now, lane, { ...now.routes[lane], isBarred: true })
  return { write: put(barPath(family, lane), body), next }
}

function mark(family: Family, now: State, lane: Lane, chance: Random): Change {
  const text = String(chance.below(1_000_000))
  const config = { add: { headers: [`${MARK}:${text}`] } }
  const body = { name: 'response-transformer', config, ...ofRoute(family, lane) }
  const next = withRoute(now, lane, { ...now.routes[lane], mark: text })
  return { write: put(`/plugins/${idOf(2, family, lane)}`, body), next }
}

function reissue(family: Family, now: State, lane: Lane): Change {
  const pair = 1 - now.pairs[lane]
  return { write: certificate(family, lane, pair), next: { ...now, pairs: withLane(now.pairs, lane, pair) } }
}

function certificate(family: Family, lane: Lane, pair: number): Write {
  const snis = [serverNameOf(family, lane)]
  return put(`/certificates/${idOf(3, family, lane)}`, { ...pairs[pair], snis })
}

function routeAgain(family: Family, lane: Lane, service: Lane, around: Surroundings): Write {
  const body = { ...ROUTE[family](lane, around), service: { name: nameOf(family, service) } }
  return put(`/routes/${nameOf(family, lane)}`, body)
}

function target(family: Family, lane: Lane, site: number): Row {
  return { target: `${HOST}:${portOf(site, DOOR[family](lane))}` }
}

const HAS_HEADERS: Record<Family, boolean> = {
  ...{ web: true, grpc: true, tcp: false, tls: false, passthrough: false, udp: false },
}
const HAS_CERTIFICATES: Record<Family, boolean> = {
  ...{ web: true, grpc: false, tcp: false, tls: true, passthrough: false, udp: false },
}

/** TLS that ends at the node is spoken anew to the upstream of one lane. */
const DOOR: Record<Family, (lane: Lane) => DoorName> = {
  web: () => 'web',
  grpc: () => 'grpc',
  tcp: () => 'tcp',
  tls: (lane) => (lane === 0 ? 'tcp' : 'tls'),
  passthrough: () => 'tls',
  udp: () => 'udp',
}

const SERVICE: Record<Family, (lane: Lane) => Row> = {
  web: (lane) => ({ protocol: 'http', path: `/${nameOf('web', lane)}` }),
  grpc: () => ({ protocol: 'grpc' }),
  tcp: () => ({ protocol: 'tcp' }),
  tls: (lane) => ({ protocol: lane === 0 ? 'tcp' : 'tls' }),
  passthrough: () => ({ protocol: 'tcp' }),
  udp: () => ({ protocol: 'udp' }),
}

const ROUTE: Record<Family, (lane: Lane, around: Surroundings) => Row> = {
  web: (lane) => ({ protocols: ['http', 'https'], paths: [`/${nameOf('web', lane)}`] }),
  grpc: (lane) => ({ protocols: ['grpc', 'grpcs'], paths: [`/${SERVICES[lane]}`], strip_path: false }),
  tcp: (lane, { tcp }) => ({ protocols: ['tcp'], destinations: tcp[lane].map((port) => ({ port })) }),
  tls: (lane) => ({ protocols: ['tls'], snis: [serverNameOf('tls', lane)] }),
  passthrough: (lane) => ({ protocols: ['tls_passthrough'], snis: [serverNameOf('passthrough', lane)] }),
  udp: (lane, { udp }) => ({ protocols: ['udp'], destinations: udp[lane].map((port) => ({ port })) }),
}

/** A machine that is busy is not an upstream that is late. Only silence ends a session of UDP. */
function timeoutsOf(family: Family): Row {
  const ms = family === 'udp' ? 6_000 : 20_000
  return { connect_timeout: 20_000, write_timeout: ms, read_timeout: ms }
}

const PROBES: Partial<Record<Family, Row>> = {
  web: { type: 'http', http_path: '/health' },
  grpc: { type: 'grpc' },
  tcp: { type: 'tcp' },
  tls: { type: 'tcp' },
  passthrough: { type: 'tcp' },
}

/** Only that of the second lane is checked, so that retries alone have to do for the other. */
function upstreamOf(family: Family, lane: Lane): Row {
  const probe = PROBES[family]
  if (lane === 0 || probe === undefined) return { algorithm: 'round-robin' }
  const [healthy, unhealthy] = [
    { interval: 1, successes: 1 },
    { interval: 1, tcp_failures: 1 },
  ]
  const active = { ...probe, timeout: 10, healthy, unhealthy }
  return { algorithm: 'least-connections', healthchecks: { active } }
}

function withRoute(state: State, lane: Lane, route: RouteState): State {
  return { ...state, routes: withLane(state.routes, lane, route) }
}

function withLane<T>([one, other]: readonly [T, T], lane: Lane, value: T): readonly [T, T] {
  return lane === 0 ? [value, other] : [one, value]
}

function ofRoute(family: Family, lane: Lane): Row {
  return { route: { name: nameOf(family, lane) } }
}

function barPath(family: Family, lane: Lane): string {
  return `/plugins/${idOf(1, family, lane)}`
}

function idOf(sort: number, family: Family, lane: Lane): string {
  return `00000000-0000-4000-8000-00000000${sort}${FAMILIES.indexOf(family)}0${lane}`
}

function put(path: string, body: Row): Write {
  return { method: 'PUT', path, body }
}

function remove(path: string): Write {
  return { method: 'DELETE', path }
}
