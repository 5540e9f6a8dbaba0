import { openDatabase } from '@biplane/database'
import { expect, it } from 'vitest'
import { anAdmin, log, registry } from './fixtures/admin.ts'

/** No path is asked for anything here that needs it. */
const nowhere = { host: 'database.test', port: 1, user: 'u', password: '', database: 'd', schema: 's' }
const settings = { ...nowhere, tls: false, timeout: 1000, poolSize: 1 } as const
const app = anAdmin(openDatabase({ settings, registry, log }))

it('offers what Kong offers, and what is its own', async () => {
  const { data: paths } = (await app.inject('/endpoints')).json<{ data: string[] }>()
  const offered = await Promise.all(paths.map(async (path) => `${path} ${await verbsOf(path)}`))
  expect(offered).toEqual(expected)
})

const one = 'GET PUT PATCH DELETE'
const list = 'GET POST'

/** Admin API facts, section 5; then what Kong's open edition has not. */
const table: readonly (readonly [verbs: string, ...paths: readonly string[]])[] = [
  ['GET', '/', '/endpoints', '/status', '/status/ready', '/timers', '/metrics', '/robots.txt'],
  ['GET', '/plugins/enabled', '/plugins/schema/{name}', '/schemas/{name}', '/schemas/plugins/{name}'],
  ['POST', '/schemas/{db_entity_name}/validate', '/schemas/plugins/validate'],
  [list, '/tags', '/config'],
  ['GET', '/tags/{tags}', '/clustering/data-planes', '/clustering/status', '/debug/node/log-level'],
  ['GET', '/clustering/hubs'],
  ['GET DELETE', '/clustering/data-planes/{id}'],
  ['PUT', '/debug/node/log-level/{log_level}', '/debug/cluster/log-level/{log_level}'],
  ['PUT', '/debug/cluster/control-planes-nodes/log-level/{log_level}'],
  ['DELETE', '/cache', '/proxy-cache'],
  ['GET DELETE', '/cache/{key}', '/proxy-cache/{cache_key}', '/proxy-cache/{plugin_id}/caches/{cache_key}'],

  ...crud('/services', 'services', ['client_certificate']),
  ...crud('/services/{services}/routes', 'routes'),
  ...crud('/services/{services}/plugins', 'plugins'),
  ...crud('/services/{services}/oauth2_tokens', 'oauth2_tokens'),
  ...crud('/routes', 'routes', ['service']),
  ...crud('/routes/{routes}/plugins', 'plugins'),
  ...crud('/consumers', 'consumers'),
  ...crud('/consumers/{consumers}/plugins', 'plugins'),
  ...[
    ['key-auth', 'keyauth_credentials'],
    ['basic-auth', 'basicauth_credentials'],
    ['hmac-auth', 'hmacauth_credentials'],
    ['jwt', 'jwt_secrets'],
    ['acls', 'acls'],
    ['oauth2', 'oauth2_credentials'],
  ].flatMap(([segment, kind]) => crud(`/consumers/{consumers}/${segment}`, `${kind}`)),
  ...crud('/key-auths', 'keyauth_credentials', ['consumer']),
  ...crud('/basic-auths', 'basicauth_credentials', ['consumer']),
  ...crud('/hmac-auths', 'hmacauth_credentials', ['consumer']),
  ...crud('/jwts', 'jwt_secrets', ['consumer']),
  ...crud('/acls', 'acls', ['consumer']),
  ...crud('/oauth2', 'oauth2_credentials', ['consumer']),
  ...crud('/oauth2/{oauth2_credentials}/oauth2_tokens', 'oauth2_tokens'),
  ...crud('/oauth2_tokens', 'oauth2_tokens', ['credential', 'service']),
  ...crud('/plugins', 'plugins', ['route', 'service', 'consumer', 'consumer_group']),
  ...crud('/upstreams', 'upstreams', ['client_certificate']),
  ...crud('/upstreams/{upstreams}/targets', 'targets'),
  ['GET', '/upstreams/{upstreams}/health', '/upstreams/{upstreams}/targets/all'],
  ...['', '/{address}'].map((address) => {
    const target = `/upstreams/{upstreams}/targets/{targets}${address}`
    return ['PUT', `${target}/healthy`, `${target}/unhealthy`] as const
  }),
  ...crud('/certificates', 'certificates'),
  ...crud('/certificates/{certificates}/snis', 'snis'),
  ...crud('/certificates/{certificates}/services', 'services'),
  ...crud('/certificates/{certificates}/upstreams', 'upstreams'),
  ...crud('/snis', 'snis'),
  ...crud('/ca_certificates', 'ca_certificates'),
  ...crud('/keys', 'keys', ['set']),
  ...crud('/key-sets', 'key_sets'),
  ...crud('/key-sets/{key_sets}/keys', 'keys'),
  ...crud('/vaults', 'vaults'),
  ...crud('/workspaces', 'workspaces'),
  ...crud('/sessions', 'sessions'),
  ...crud('/acme_storage', 'acme_storage'),
  ...crud('/filter-chains', 'filter_chains', ['route', 'service'], 'GET POST PUT PATCH DELETE'),
  ...['routes', 'services'].flatMap((kind) =>
    crud(`/${kind}/{${kind}}/filter-chains`, 'filter_chains', [], 'GET POST PUT PATCH DELETE'),
  ),
  ...['all', 'disabled', 'enabled'].map(
    (which) => ['GET POST PUT PATCH DELETE', `/routes/{routes}/filters/${which}`] as const,
  ),

  ['POST', '/transactions'],
  ['GET', '/audit/requests', '/audit/objects'],
  ['GET', '/openapi', '/openapi.json', '/openapi/{file}'],
  ...crud('/consumer_groups', 'consumer_groups'),
  ...crud('/consumer_groups/{consumer_groups}/plugins', 'plugins'),
  ['GET POST DELETE', '/consumer_groups/{consumer_groups}/consumers'],
  ['GET DELETE', '/consumer_groups/{consumer_groups}/consumers/{consumers}'],
  ['GET POST DELETE', '/consumers/{consumers}/consumer_groups'],
  ['GET DELETE', '/consumers/{consumers}/consumer_groups/{consumer_groups}'],
]

/** A collection, its entities, and what their references name. */
function crud(
  path: string,
  kind: string,
  linked: readonly string[] = [],
  every?: string,
): readonly (readonly [verbs: string, ...paths: readonly string[]])[] {
  return [
    [every ?? list, path],
    [every ?? one, `${path}/{${kind}}`, ...linked.map((field) => `${path}/{${kind}}/${field}`)],
  ]
}

/** In the order of path segments. */
const expected = table
  .flatMap(([verbs, ...paths]) => paths.map((path) => `${path} ${withImplied(verbs)}`))
  .sort((a, b) => (segments(a) < segments(b) ? -1 : 1))

function withImplied(verbs: string): string {
  const all = verbs.split(' ')
  return [...all, ...(all.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ')
}

function segments(line: string): string {
  const [path = ''] = line.split(' ')
  return path.replaceAll('/', '\0')
}

async function verbsOf(path: string): Promise<unknown> {
  const answer = await app.inject({ method: 'OPTIONS', url: path.replaceAll(/[{}]/g, '') })
  expect([path, answer.statusCode]).toEqual([path, 204])
  return answer.headers.allow
}
