import { randomUUID } from 'node:crypto'
import type { Row } from '../client.ts'
import type { Random } from '../fuzz/random.ts'
import type { Effect, Entry, Kind, Ledger, Write } from './ledger.ts'

/** A request that writes, and what it comes to if it is done. */
export interface NextWrite extends Omit<Write, 'text'> {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: Row | readonly Row[]
  /** Whether it cannot be refused, as all that it depends on is known. */
  readonly sure: boolean
}

export interface WriteSource {
  readonly ledger: Ledger
  readonly chance: Random
  /** A name that was never used before. */
  readonly fresh: () => string
  /** The upstream of all services. */
  readonly url: string
}

/** More than this are not kept for long. */
const MANY = 60

/** The next thing that a writer does with its entities. */
export function nextWrite(source: WriteSource): NextWrite {
  const { ledger, chance } = source
  const crowded = ledger.entries.length > MANY
  const chosen = chance.weighted<(source: WriteSource) => NextWrite | undefined>([
    [crowded ? 1 : 3, service],
    [crowded ? 2 : 8, route],
    [crowded ? 1 : 4, consumer],
    [crowded ? 1 : 4, credential],
    [crowded ? 1 : 5, plugin],
    [3, bundle],
    [12, patch],
    [crowded ? 14 : 4, removal],
    [crowded ? 4 : 1, unbundle],
  ])
  return chosen(source) ?? service(source)
}

function service(source: WriteSource): NextWrite {
  const made = aService(source)
  return created(source, made, { ...made.after, url: source.url })
}

function route(source: WriteSource): NextWrite | undefined {
  const parent = oneOf(source, 'services')
  if (parent === undefined) return undefined
  const made = aRoute(source, parent.id)
  return created(source, made, made.after)
}

function consumer(source: WriteSource): NextWrite {
  const name = source.fresh()
  const after = { username: name, custom_id: `${name}-custom`, tags: [name] }
  return created(source, { kind: 'consumers', id: randomUUID(), parents: [], after }, after)
}

function credential(source: WriteSource): NextWrite | undefined {
  const parent = oneOf(source, 'consumers')
  if (parent === undefined) return undefined
  const name = source.fresh()
  const after = { key: `${name}-key`, consumer: { id: parent.id }, tags: [name] }
  const made = { kind: 'keyauth_credentials', id: randomUUID(), parents: [parent.id], after } as const
  return {
    method: 'POST',
    path: `/consumers/${parent.id}/key-auth`,
    body: { id: made.id, ...after },
    effects: [made],
    sure: true,
  }
}

function plugin(source: WriteSource): NextWrite | undefined {
  const parent = oneOf(source, source.chance.chance(0.8) ? 'routes' : 'services')
  if (parent === undefined) return undefined
  const made = aPlugin(source, parent)
  return made && created(source, made, made.after)
}

/** A service with a route and a plugin, as one revision. */
function bundle(source: WriteSource): NextWrite {
  const first = aService(source)
  const second = aRoute(source, first.id)
  const third = aPlugin(source, second)
  const effects = third === undefined ? [first, second] : [first, second, third]
  const items = effects.map(({ kind, id, after }) => ({
    method: 'PUT',
    path: `/${kind}/${id}`,
    body: kind === 'services' ? { ...after, url: source.url } : { ...after },
  }))
  return { method: 'POST', path: '/transactions', body: items, effects, sure: true }
}

/** A service with all that refers to it, as one revision. */
function unbundle({ ledger, chance }: WriteSource): NextWrite | undefined {
  const found = ledger
    .sure('services')
    .filter(({ id }) => ledger.withChildren(id).every((each) => ledger.isSure(each.id)))
  if (found.length === 0) return undefined
  const { id } = chance.pick(found)
  const doomed = ledger.withChildren(id).filter(({ known }) => known !== null)
  const routes = doomed.filter(({ kind }) => kind === 'routes')
  const items = [...routes.map((each) => `/routes/${each.id}`), `/services/${id}`]
  return {
    method: 'POST',
    path: '/transactions',
    body: items.map((path) => ({ method: 'DELETE', path })),
    effects: doomed.map(gone),
    sure: true,
  }
}

function patch(source: WriteSource): NextWrite | undefined {
  const entry = anyOf(source, PATCHED)
  if (entry === undefined) return undefined
  const { chance } = source
  const name = source.fresh()
  const shown = entry.known ?? entry.maybe.at(-1)?.after ?? {}
  const changed: Record<Kind, () => Row> = {
    services: () => ({ retries: chance.below(10), enabled: chance.chance(0.85) }),
    routes: () => ({ paths: [`/${name}`, ...paths(shown).slice(0, 1)], strip_path: chance.chance(0.5) }),
    consumers: () => ({ custom_id: `${name}-custom` }),
    plugins: () => ({ enabled: chance.chance(0.7) }),
    keyauth_credentials: () => ({}),
  }
  const body = { ...changed[entry.kind](), tags: [name] }
  return {
    method: 'PATCH',
    path: pathOf(entry),
    body,
    effects: [{ ...entry, after: { ...shown, ...body } }],
    sure: isThere(source.ledger, entry),
  }
}

const PATCHED: readonly Kind[] = ['services', 'routes', 'consumers', 'plugins', 'keyauth_credentials']

/** Of a consumer or route, with what goes with it. */
function removal(source: WriteSource): NextWrite | undefined {
  const entry = anyOf(source, ['routes', 'consumers', 'plugins', 'keyauth_credentials'])
  if (entry === undefined) return undefined
  const family = source.ledger.withChildren(entry.id)
  const isSure = family.every(({ id }) => source.ledger.isSure(id))
  const doomed = isSure ? family.filter(({ known }) => known !== null) : family
  if (doomed.length > 1 && !isSure) return undefined
  return { method: 'DELETE', path: pathOf(entry), effects: doomed.map(gone), sure: isSure }
}

function aService({ fresh, chance }: WriteSource): Effect & { readonly after: Row } {
  const name = fresh()
  const after = { name, retries: chance.below(10), enabled: true, tags: [name] }
  return { kind: 'services', id: randomUUID(), parents: [], after }
}

function aRoute({ fresh }: WriteSource, parent: string): Effect & { readonly after: Row } {
  const name = fresh()
  const after = { name, paths: [`/${name}`], service: { id: parent }, tags: [name] }
  return { kind: 'routes', id: randomUUID(), parents: [parent], after }
}

/** At most one of each name on a route or service. */
function aPlugin(
  { ledger, chance, fresh }: WriteSource,
  parent: Pick<Entry, 'kind' | 'id'>,
): (Effect & { readonly after: Row }) | undefined {
  const name = chance.pick(['key-auth', 'request-termination'] as const)
  const there = ledger.withChildren(parent.id).some(({ kind, known, maybe, parents }) => {
    const shown = [known, ...maybe.map(({ after }) => after)]
    return kind === 'plugins' && parents.includes(parent.id) && shown.some((row) => row?.name === name)
  })
  if (there) return undefined
  const field = parent.kind === 'routes' ? 'route' : 'service'
  // Below are some that fetch acts on itself: 401, 407, 421.
  const config = name === 'key-auth' ? {} : { config: { status_code: 450 + chance.below(50) } }
  const after = { name, enabled: true, [field]: { id: parent.id }, tags: [fresh()] }
  return { kind: 'plugins', id: randomUUID(), parents: [parent.id], after: { ...after, ...config } }
}

function created(
  { chance }: WriteSource,
  { kind, id, parents, after }: Effect,
  fields: Row | null,
): NextWrite {
  const effects = [{ kind, id, parents, after }]
  if (chance.chance(0.5))
    return { method: 'PUT', path: `/${kind}/${id}`, body: { ...fields }, effects, sure: true }
  return { method: 'POST', path: `/${kind}`, body: { id, ...fields }, effects, sure: true }
}

function gone({ kind, id, parents }: Entry): Effect {
  return { kind, id, parents, after: null }
}

function oneOf({ ledger, chance }: WriteSource, kind: Kind): Entry | undefined {
  const found = ledger.sure(kind)
  return found.length === 0 ? undefined : chance.pick(found)
}

/** One that is there, or may be. */
function anyOf({ ledger, chance }: WriteSource, kinds: readonly Kind[]): Entry | undefined {
  const found = ledger.entries.filter(
    ({ kind, parked, known, maybe }) =>
      kinds.includes(kind) && !parked && (known !== null || maybe.some(({ after }) => after !== null)),
  )
  return found.length === 0 ? undefined : chance.pick(found)
}

function isThere(ledger: Ledger, { id, known }: Entry): boolean {
  return known !== null && ledger.isSure(id)
}

function pathOf({ kind, id, parents }: Entry): string {
  return kind === 'keyauth_credentials' ? `/consumers/${parents[0]}/key-auth/${id}` : `/${kind}/${id}`
}

function paths({ paths }: Row): readonly string[] {
  return Array.isArray(paths) ? paths.map(String) : []
}
