import { randomUUID } from 'node:crypto'
import type { Row } from '../../client.ts'
import { membership } from './dump.ts'
import { identityOf, KINDS, type Kind, MEMBERSHIPS } from './kinds.ts'
import { idOf, isRow, rowsIn, type State } from './rows.ts'
import { withPort } from './target-address.ts'

/** What may stand within an entity of a kind: the field that refers back to it, by the key of what stands there. */
const NESTED: Readonly<Record<string, { readonly field: string; readonly keys: readonly string[] }>> = {
  services: { field: 'service', keys: ['routes', 'plugins'] },
  routes: { field: 'route', keys: ['plugins'] },
  upstreams: { field: 'upstream', keys: ['targets'] },
  certificates: { field: 'certificate', keys: ['snis'] },
  consumer_groups: { field: 'consumer_group', keys: ['plugins'] },
  consumers: {
    field: 'consumer',
    keys: [
      ...['keyauth_credentials', 'basicauth_credentials', 'hmacauth_credentials', 'jwt_secrets'],
      ...['acls', 'oauth2_credentials', 'plugins'],
    ],
  },
}

/** References that a file may write as a name, or as an object with one. */
const REFERENCES: Readonly<Record<string, string>> = {
  service: 'services',
  route: 'routes',
  consumer: 'consumers',
  consumer_group: 'consumer_groups',
  set: 'key_sets',
}

/**
 * A state file as flat rows. Each has an id: the one it is given, that of the same entity in the current state, or a
 * fresh one. All are tagged with the tags that select them.
 */
export function readStateFile(file: Row, current: State, tags: readonly string[]): State {
  const pending = new Map(KINDS.map(({ name }) => [name, [...rowsIn(file[name])]]))
  const state = new Map<string, Row[]>()
  for (const level of [0, 1, 2, 3]) {
    for (const kind of KINDS.filter((each) => each.level === level && each.name !== MEMBERSHIPS)) {
      const rows = (pending.get(kind.name) ?? []).map((row) => {
        const { field, keys } = NESTED[kind.name] ?? { field: '', keys: [] }
        const kept = Object.entries(row).filter(([name]) => ![...keys, 'consumers', 'groups'].includes(name))
        const whole = named(kind, resolved(Object.fromEntries(kept), state), current)
        for (const key of keys) {
          const inner = rowsIn(row[key]).map((one) => ({ ...one, [field]: { id: idOf(whole) } }))
          pending.get(key)?.push(...inner)
        }
        return { ...whole, ...tagged(whole, tags) }
      })
      state.set(kind.name, rows)
    }
  }
  return state.set(MEMBERSHIPS, memberships(file, state))
}

function named(kind: Kind, row: Row, current: State): Row {
  const whole = kind.name === 'services' ? withoutUrl(row) : kind.name === 'targets' ? withPort(row) : row
  const identity = identityOf(kind, whole)
  const same = current.get(kind.name)?.find((one) => identityOf(kind, one) === identity)
  return { ...whole, id: whole.id ?? same?.id ?? randomUUID() }
}

function resolved(row: Row, state: State): Row {
  const entries = Object.entries(row).map(([field, value]) => {
    const kind = REFERENCES[field]
    const name = isRow(value) ? value.name : value
    if (kind === undefined || typeof name !== 'string') return [field, value]
    const found = state.get(kind)?.find((one) => [one.id, one.name, one.username].includes(name))
    return [field, { id: idOf(found) }]
  })
  return Object.fromEntries(entries)
}

const tagged = ({ tags = [] }: Row, more: readonly string[]): Row =>
  more.length === 0 ? {} : { tags: [...new Set([...(Array.isArray(tags) ? tags : []), ...more])] }

/** `url` is a short way to write four fields, which decK splits itself. */
function withoutUrl({ url, ...row }: Row): Row {
  if (typeof url !== 'string') return row
  const { protocol, hostname, port, pathname } = new URL(url)
  const secure = protocol === 'https:'
  return {
    ...row,
    protocol: protocol.slice(0, -1),
    host: hostname,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    ...(pathname === '/' ? {} : { path: pathname }),
  }
}

/** Groups name their consumers, and consumers their groups. */
function memberships(file: Row, state: State): Row[] {
  const find = (kind: string, name: unknown) =>
    state.get(kind)?.find((one) => name !== undefined && [one.name, one.username].includes(name)) ?? {}
  const fromGroups = rowsIn(file.consumer_groups).flatMap((group) =>
    rowsIn(group.consumers).map((one) => [group.name, one.username] as const),
  )
  const fromConsumers = rowsIn(file.consumers).flatMap((consumer) =>
    rowsIn(consumer.groups).map((one) => [one.name, consumer.username] as const),
  )
  return [...fromGroups, ...fromConsumers].map(([group, consumer]) =>
    membership(find('consumer_groups', group), find('consumers', consumer)),
  )
}
