import type { Row } from '../client.ts'
import type { Random } from '../fuzz/random.ts'
import type { Write } from '../soak/writing.ts'
import { ANSWER_MARK, REQUEST_MARK } from './expected.ts'

/** What all lanes may refer to. */
export interface Surroundings {
  /** Where upstreams listen; the first one is always there. */
  readonly ports: readonly number[]
  /** Pairs that certificates are made of. */
  readonly pairs: readonly { readonly cert: string; readonly key: string }[]
}

export const LANES = 4
const ALGORITHMS = ['round-robin', 'least-connections', 'consistent-hashing', 'latency'] as const
const MOST = { routes: 14, consumers: 5, keys: 8 }

/** All that a lane needs from the beginning; it is there before any request is sent. */
export function foundation(lane: number, { ports }: Surroundings): readonly Write[] {
  const name = poolOf(lane)
  const [first, ...others] = ports
  return [
    put(`/upstreams/${name}`, upstreamOf(lane)),
    ...[first, ...others.slice(0, 2)].map((port) => post(`/upstreams/${name}/targets`, { target: at(port) })),
    put(`/services/${name}`, { host: name, port: 80, protocol: 'http', path: `/${name}`, ...PATIENT }),
  ]
}

/** What one writer changes, all of it its own: its writes follow from its seed alone. */
export class Lane {
  readonly #lane: number
  readonly #chance: Random
  readonly #around: Surroundings
  /** With the path that each has now. */
  readonly #routes = new Map<string, string>()
  readonly #consumers: string[] = []
  /** Keys by their ids, with whom they belong to. */
  readonly #keys = new Map<string, { key: string; consumer: string }>()
  readonly #groups = new Map<string, string>()
  /** Plugins that are there, by where they are. */
  readonly #plugins = new Map<string, { id: string; name: string; scope: Row }>()
  /** Weights by port, of the targets that come and go. */
  readonly #targets: Map<number, number>
  #names = 0

  constructor(lane: number, chance: Random, around: Surroundings) {
    this.#lane = lane
    this.#chance = chance
    this.#around = around
    this.#targets = new Map(around.ports.slice(1, 3).map((port) => [port, 100]))
  }

  next(): Write {
    const chosen = this.#chance.weighted<() => Write | undefined>([
      [6, () => this.#route()],
      [6, () => this.#changedRoute()],
      [3, () => this.#withoutRoute()],
      [2, () => this.#swapped()],
      [12, () => this.#plugin()],
      [2, () => this.#consumer()],
      [1, () => this.#withoutConsumer()],
      [4, () => this.#key()],
      [3, () => this.#revoked()],
      [2, () => this.#handedOver()],
      [3, () => this.#group()],
      [8, () => this.#target()],
      [3, () => this.#service()],
      [1, () => this.#upstream()],
      [2, () => this.#certificate()],
    ])
    return chosen() ?? this.#route() ?? this.#service()
  }

  #route(): Write | undefined {
    if (this.#routes.size >= MOST.routes) return this.#withoutRoute()
    const name = this.#fresh('r')
    this.#routes.set(name, `/${name}`)
    return put(`/routes/${name}`, {
      ...this.#routeFields(),
      paths: [`/${name}`],
      service: this.#anyService(),
    })
  }

  #routeFields(): Row {
    return {
      strip_path: this.#chance.chance(0.5),
      request_buffering: this.#chance.chance(0.7),
      methods: this.#chance.chance(0.2) ? ['GET'] : null,
    }
  }

  #changedRoute(): Write | undefined {
    const name = this.#one([...this.#routes.keys()])
    if (name === undefined) return undefined
    const body = this.#chance.chance(0.5) ? this.#routeFields() : { service: this.#anyService() }
    return { method: 'PATCH', path: `/routes/${name}`, body }
  }

  #withoutRoute(): Write | undefined {
    const name = this.#one([...this.#routes.keys()])
    if (name === undefined) return undefined
    this.#routes.delete(name)
    this.#forgetPlugins(({ scope }) => Object(scope.route).name === name)
    return remove(`/routes/${name}`)
  }

  /** Two routes get each other's path in one revision. */
  #swapped(): Write | undefined {
    const [one, other] = this.#chance.some([...this.#routes], 2)
    if (one === undefined || other === undefined) return undefined
    const given = [
      [one[0], other[1]],
      [other[0], one[1]],
    ] as const
    for (const [name, path] of given) this.#routes.set(name, path)
    return post(
      '/transactions',
      given.map(([name, path]) => ({ method: 'PATCH', path: `/routes/${name}`, body: { paths: [path] } })),
    )
  }

  /** Made, changed, switched off or taken away. */
  #plugin(): Write | undefined {
    const scope = this.#scope()
    if (scope === undefined) return undefined
    const names = 'consumer' in scope ? ON_CONSUMERS : 'route' in scope ? ON_ROUTES : ON_OTHERS
    const name = this.#chance.pick(names)
    const place = JSON.stringify([name, scope])
    const known = this.#plugins.get(place)
    if (known !== undefined && this.#chance.chance(0.4)) {
      this.#plugins.delete(place)
      return remove(`/plugins/${known.id}`)
    }
    const id = known?.id ?? this.#uuid()
    this.#plugins.set(place, { id, name, scope })
    const enabled = this.#chance.chance(0.85)
    return put(`/plugins/${id}`, { name, enabled, config: this.#config(name), ...scope })
  }

  #scope(): Row | undefined {
    const ofRoute = (): Row | undefined => named('route', this.#one([...this.#routes.keys()]))
    const ofConsumer = (): Row | undefined => named('consumer', this.#one(this.#consumers))
    return this.#chance.weighted<() => Row | undefined>([
      [14, ofRoute],
      [3, () => ({ service: { name: poolOf(this.#lane) } })],
      [3, ofConsumer],
      // One lane alone writes what is for all.
      [this.#lane === 0 ? 1 : 0, () => ({})],
    ])()
  }

  #config(name: (typeof ON_ROUTES)[number]): Row {
    const mark = `${this.#lane}-${this.#names++}`
    switch (name) {
      case 'response-transformer':
        return { add: { headers: [`${ANSWER_MARK}:${mark}`] } }
      case 'request-transformer':
        return { add: { headers: [`${REQUEST_MARK}:${mark}`] } }
      case 'rate-limiting':
        return { hour: 1_000_000_000 + this.#names, policy: 'local' }
      case 'request-termination':
        return { status_code: 418, message: `no ${mark}` }
      case 'acl':
        return { allow: [this.#chance.pick(GROUPS)] }
      case 'key-auth':
        // No body has one, yet it is waited for.
        return { key_in_body: this.#chance.chance(0.5) }
    }
  }

  #consumer(): Write {
    if (this.#consumers.length < MOST.consumers) {
      const name = this.#fresh('c')
      this.#consumers.push(name)
      return put(`/consumers/${name}`, {})
    }
    const name = this.#chance.pick(this.#consumers)
    return { method: 'PATCH', path: `/consumers/${name}`, body: { custom_id: this.#fresh('id') } }
  }

  #withoutConsumer(): Write | undefined {
    const name = this.#consumers.length > 2 ? this.#one(this.#consumers) : undefined
    if (name === undefined) return undefined
    this.#consumers.splice(this.#consumers.indexOf(name), 1)
    this.#forgetPlugins(({ scope }) => Object(scope.consumer).username === name)
    for (const [id, { consumer }] of this.#keys) if (consumer === name) this.#keys.delete(id)
    this.#groups.delete(name)
    return remove(`/consumers/${name}`)
  }

  #key(): Write | undefined {
    const consumer = this.#one(this.#consumers)
    if (consumer === undefined || this.#keys.size >= MOST.keys) return this.#revoked()
    const id = this.#uuid()
    const key = this.#fresh('k')
    this.#keys.set(id, { key, consumer })
    return put(`/consumers/${consumer}/key-auth/${id}`, { key })
  }

  #revoked(): Write | undefined {
    const id = this.#one([...this.#keys.keys()])
    const known = this.#keys.get(id ?? '')
    if (id === undefined || known === undefined) return undefined
    this.#keys.delete(id)
    return remove(`/consumers/${known.consumer}/key-auth/${id}`)
  }

  /** A key changes its consumer in one revision, so there is none in which nobody has it. */
  #handedOver(): Write | undefined {
    const id = this.#one([...this.#keys.keys()])
    const known = this.#keys.get(id ?? '')
    const to = this.#one(this.#consumers)
    if (id === undefined || known === undefined || to === undefined) return undefined
    const next = this.#uuid()
    this.#keys.delete(id)
    this.#keys.set(next, { key: known.key, consumer: to })
    return post('/transactions', [
      { method: 'DELETE', path: `/consumers/${known.consumer}/key-auth/${id}` },
      { method: 'PUT', path: `/consumers/${to}/key-auth/${next}`, body: { key: known.key } },
    ])
  }

  #group(): Write | undefined {
    const consumer = this.#one(this.#consumers)
    if (consumer === undefined) return undefined
    const before = this.#groups.get(consumer)
    const group = this.#chance.pick(GROUPS)
    if (before !== undefined) {
      this.#groups.delete(consumer)
      return remove(`/consumers/${consumer}/acls/${before}`)
    }
    this.#groups.set(consumer, group)
    return post(`/consumers/${consumer}/acls`, { group })
  }

  /** Added, weighed anew, or taken away. */
  #target(): Write {
    const path = `/upstreams/${poolOf(this.#lane)}/targets`
    const [first = 0, ...others] = this.#around.ports
    const port = this.#chance.chance(0.2) ? first : this.#chance.pick(others)
    const weight = this.#chance.pick([10, 50, 100, 200, 1000])
    if (port === first) return { method: 'PATCH', path: `${path}/${at(port)}`, body: { weight } }
    if (!this.#targets.has(port)) {
      this.#targets.set(port, weight)
      return post(path, { target: at(port), weight })
    }
    if (this.#chance.chance(0.5)) {
      this.#targets.delete(port)
      return remove(`${path}/${at(port)}`)
    }
    const next = this.#chance.chance(0.4) ? 0 : weight
    this.#targets.set(port, next)
    return { method: 'PATCH', path: `${path}/${at(port)}`, body: { weight: next } }
  }

  /** Its path is another, or it goes to another upstream for a while. */
  #service(): Write {
    const own = poolOf(this.#lane)
    const body = this.#chance.weighted<Row>([
      [6, { path: `/${own}-${this.#fresh('p')}`, host: own }],
      [2, { host: poolOf(this.#chance.below(LANES)) }],
      [1, { host: NOBODY }],
    ])
    return { method: 'PATCH', path: `/services/${own}`, body }
  }

  #upstream(): Write {
    return put(`/upstreams/${poolOf(this.#lane)}`, upstreamOf(this.#lane, 100 + this.#chance.below(900)))
  }

  #certificate(): Write {
    const id = `00000000-0000-4000-8000-00000000000${this.#lane}`
    const { cert, key } = this.#chance.pick(this.#around.pairs)
    return put(`/certificates/${id}`, { cert, key, snis: [`${this.#fresh('s')}.test`] })
  }

  #anyService(): Row {
    return { name: poolOf(this.#chance.chance(0.7) ? this.#lane : this.#chance.below(LANES)) }
  }

  #forgetPlugins(are: (plugin: { readonly scope: Row }) => boolean): void {
    for (const [place, plugin] of this.#plugins) if (are(plugin)) this.#plugins.delete(place)
  }

  /** With an end of its own: a path is not to be the beginning of another. */
  #fresh(sort: string): string {
    return `${sort}${this.#lane}-${this.#names++}x`
  }

  #uuid(): string {
    const digits = (count: number) => Array.from({ length: count }, () => this.#chance.below(16).toString(16))
    return `${digits(8).join('')}-${digits(4).join('')}-4${digits(3).join('')}-8${digits(3).join('')}-${digits(12).join('')}`
  }

  #one<T extends NonNullable<unknown>>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : this.#chance.pick(list)
  }
}

/** An upstream without targets. */
export const NOBODY = 'nobody'
const GROUPS = ['gold', 'silver'] as const
const ON_ROUTES = [
  'response-transformer',
  'request-transformer',
  'rate-limiting',
  'key-auth',
  'key-auth',
  'acl',
  'request-termination',
] as const
const ON_OTHERS = ['response-transformer', 'rate-limiting'] as const
const ON_CONSUMERS = ['response-transformer', 'request-transformer', 'rate-limiting'] as const

/** A machine that is busy is not an upstream that is late. */
const PATIENT = { connect_timeout: 20_000, write_timeout: 20_000, read_timeout: 20_000, retries: 5 }

function upstreamOf(lane: number, slots = 1_000): Row {
  const algorithm = ALGORITHMS[lane % ALGORITHMS.length]
  const common = { algorithm, slots, hash_on: lane === 2 ? 'path' : 'none' }
  return lane === 0 ? common : { ...common, healthchecks: HEALTHCHECKS }
}

const HEALTHCHECKS: Row = {
  active: {
    type: 'http',
    http_path: '/health',
    timeout: 10,
    healthy: { interval: 1, successes: 1 },
    unhealthy: { interval: 1, tcp_failures: 1, http_failures: 1 },
  },
  passive: { unhealthy: { tcp_failures: 1, http_failures: 5 } },
}

export function poolOf(lane: number): string {
  return `pool-${lane}`
}

function at(port: number | undefined): string {
  return `127.0.0.1:${port}`
}

function named(field: 'route' | 'consumer', name: string | undefined): Row | undefined {
  if (name === undefined) return undefined
  return { [field]: field === 'route' ? { name } : { username: name } }
}

function put(path: string, body: Row): Write {
  return { method: 'PUT', path, body }
}

function post(path: string, body: Row | readonly Row[]): Write {
  return { method: 'POST', path, body }
}

function remove(path: string): Write {
  return { method: 'DELETE', path }
}
