import type { Row } from '../../client.ts'
import { idOf } from './rows.ts'

/** What decK knows of one kind of entity. */
export interface Kind {
  /** Its key in a state file, which is also the name of its schema. */
  readonly name: string
  /** Where all of them are listed. Targets are listed for one upstream at a time. */
  readonly list: string
  /** decK writes level after level, all of one level at once; it deletes from the last to the first. */
  readonly level: 0 | 1 | 2 | 3
  /** The fields by which one without an id is found again. */
  readonly identity: readonly string[]
  /** Where one is written and deleted. */
  readonly path: (row: Row) => string
}

/** Who is in which group has neither id nor schema: it is kept as rows of two references. */
export const MEMBERSHIPS = 'memberships'

const top = (name: string, level: Kind['level'], identity: readonly string[], list = `/${name}`): Kind => ({
  name,
  list,
  level,
  identity,
  path: (row) => `${list}/${idOf(row)}`,
})

const credential = (name: string, list: string, nested: string, identity: readonly string[]): Kind => ({
  name,
  list,
  level: 1,
  identity,
  path: (row) => `/consumers/${idOf(row.consumer)}/${nested}/${idOf(row)}`,
})

export const KINDS: readonly Kind[] = [
  top('certificates', 0, ['cert']),
  top('ca_certificates', 0, ['cert']),
  top('consumers', 0, ['username', 'custom_id']),
  top('vaults', 0, ['prefix']),
  top('key_sets', 0, ['name'], '/key-sets'),
  top('consumer_groups', 1, ['name']),
  top('snis', 1, ['name']),
  top('services', 1, ['name']),
  top('upstreams', 1, ['name']),
  top('keys', 1, ['name']),
  credential('keyauth_credentials', '/key-auths', 'key-auth', ['key']),
  credential('basicauth_credentials', '/basic-auths', 'basic-auth', ['username']),
  credential('hmacauth_credentials', '/hmac-auths', 'hmac-auth', ['username']),
  credential('jwt_secrets', '/jwts', 'jwt', ['key']),
  credential('acls', '/acls', 'acls', ['consumer', 'group']),
  credential('oauth2_credentials', '/oauth2', 'oauth2', ['client_id']),
  top('routes', 2, ['name']),
  {
    name: 'targets',
    list: '/upstreams/{upstream}/targets',
    level: 2,
    identity: ['upstream', 'target'],
    path: (row) => `/upstreams/${idOf(row.upstream)}/targets/${idOf(row)}`,
  },
  {
    name: MEMBERSHIPS,
    list: '/consumer_groups/{group}',
    level: 2,
    identity: ['consumer', 'consumer_group'],
    path: (row) => `/consumer_groups/${idOf(row.consumer_group)}/consumers/${row.username}`,
  },
  top('plugins', 3, ['name', 'service', 'route', 'consumer', 'consumer_group']),
]

/** Which of these two are the same entity, when neither id is known. */
export function identityOf({ identity }: Kind, row: Row): string {
  return JSON.stringify(
    identity.map((field) => {
      const value = row[field] ?? null
      return typeof value === 'object' && value !== null ? idOf(value) : value
    }),
  )
}
