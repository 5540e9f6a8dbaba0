import { type Entity, entityKinds, type JsonObject } from '@biplane/entities'
import { authority, ec, rsa } from '@biplane/entities/fixtures/pem'
import { describe, expect, it } from 'vitest'
import { aNode, type RunningNode } from './fixtures/a-node.ts'
import { anUpstream, serviceAt } from './fixtures/an-upstream.ts'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { ConfigAuthor } from './fixtures/config-author.ts'

const open = closedAfterEach()

async function opened<T extends AsyncDisposable>(opening: Promise<T>): Promise<T> {
  const one = await opening
  open.push(one)
  return one
}

const to = ({ id }: Entity) => ({ id })

/** One entity at least of every kind that nodes get. */
function everything(author: ConfigAuthor): void {
  const put = (kind: string, fields: JsonObject) => author.put(kind, fields)
  put('parameters', { key: 'cluster_id', value: 'x' })
  const consumer = to(put('consumers', { username: 'bob' }))
  const certificate = to(put('certificates', { ...rsa, cert_alt: ec.cert, key_alt: ec.key }))
  put('snis', { name: '*.h.test', certificate })
  put('ca_certificates', { cert: authority })
  const service = to(put('services', { url: 'https://h.test', client_certificate: certificate }))
  put('routes', { paths: ['/'], service })
  const upstream = to(put('upstreams', { name: 'u.test', hash_on: 'ip' }))
  const target = to(put('targets', { upstream, target: '[::1]:80' }))
  put('target_health', { target, health: 'unhealthy' })
  const set = to(put('key_sets', { name: 'set' }))
  put('keys', { kid: 'k', set, pem: { private_key: rsa.key } })
  put('vaults', { name: 'env', prefix: 'my-env' })
  put('keyauth_credentials', { consumer, key: 'secret' })
  put('basicauth_credentials', { consumer, username: 'bob', password: 'hash' })
  put('hmacauth_credentials', { consumer, username: 'bob' })
  put('jwt_secrets', { consumer })
  put('acls', { consumer, group: 'g' })
  const credential = to(put('oauth2_credentials', { consumer, name: 'app' }))
  put('oauth2_tokens', { credential, expires_in: 60 })
  put('acme_storage', { value: 'x' })
  const group = to(put('consumer_groups', { name: 'gold' }))
  put('consumer_group_consumers', { consumer, consumer_group: group })
  put('plugins', { name: 'request-termination', consumer_group: group })
}

/** Nodes get none of these: `exportedWhen` says so. */
const KEPT = ['oauth2_authorization_codes', 'sessions']

describe('a node', () => {
  it.each(['snapshot', 'delta'] as const)('takes in every kind of entity, in a %s', async (framing) => {
    const node = await opened(aNode())
    const author = new ConfigAuthor()
    if (framing === 'delta') await node.apply(author.snapshot())
    everything(author)
    expect(author.kinds).toEqual(
      new Set(entityKinds.map(({ kind }) => kind).filter((kind) => !KEPT.includes(kind))),
    )
    const update = author[framing]()
    expect(await node.apply(update)).toEqual(
      expect.objectContaining({ kind: 'applied', position: update.to }),
    )
    expect(node.position()).toEqual(author.position)
  })

  it('applies the plugin of a group to those who are in it, from the moment they are', async () => {
    const node = await opened(aNode())
    const upstream = await opened(anUpstream())
    const author = new ConfigAuthor()
    const service = author.put('services', serviceAt(upstream))
    author.put('routes', { paths: ['/'], service: to(service) })
    author.put('plugins', { name: 'key-auth' })
    const [alice, bob] = ['alice', 'bob'].map((username) => author.put('consumers', { username }))
    for (const each of [alice, bob]) {
      author.put('keyauth_credentials', { key: String(each?.username), consumer: { id: each?.id ?? '' } })
    }
    const group = author.put('consumer_groups', { name: 'gold' })
    const stop = { name: 'request-termination', config: { status_code: 418 } }
    author.put('plugins', { ...stop, consumer_group: to(group) })
    const membership = author.put('consumer_group_consumers', {
      consumer: { id: alice?.id ?? '' },
      consumer_group: to(group),
    })
    await node.apply(author.snapshot())
    expect(await statuses(node)).toEqual([418, 200])
    author.delete('consumer_group_consumers', membership)
    author.put('consumer_group_consumers', { consumer: { id: bob?.id ?? '' }, consumer_group: to(group) })
    await node.apply(author.delta())
    expect(await statuses(node)).toEqual([200, 418])
  })
})

/** What alice and bob are answered. */
async function statuses({ url }: RunningNode): Promise<number[]> {
  return Promise.all(
    ['alice', 'bob'].map(async (apikey) => {
      const response = await fetch(url, { headers: { apikey } })
      await response.arrayBuffer()
      return response.status
    }),
  )
}
