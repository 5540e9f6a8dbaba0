import { describe, expect, it } from 'vitest'
import { accepted } from './fixtures/world.ts'
import { uuid5 } from './uuid5.ts'

const SERVICE = '0855b320-0dd2-547d-891d-601e9b38647f'
const CONSUMER = '4b1b701d-de2b-5588-9aa2-3b97061d9f52'
const service = { name: 'my-service', host: 'h.test' }
const consumer = { username: 'my-user' }
const keyAuth = { name: 'key-auth' }

async function identityOf(document: Parameters<typeof accepted>[0], kind: string) {
  const found = (await accepted(document)).entities.filter(({ definition }) => definition.kind === kind)
  const [one] = found
  if (one === undefined || found.length > 1) throw new Error(`${found.length} ${kind}`)
  return { id: one.entity.id, origin: one.origin }
}

describe('the id of an entity that a document gives none', () => {
  it.each([
    ['services', { services: [service] }, SERVICE],
    [
      'routes',
      { services: [{ ...service, routes: [{ name: 'my-route', paths: ['/'] }] }] },
      '481a9539-f49c-51b6-b2e2-fe99ee68866c',
    ],
    ['consumers', { consumers: [consumer] }, CONSUMER],
  ])('of %s with a name is that of Kong', async (kind, document, id) => {
    expect(await identityOf(document, kind)).toEqual({ id, origin: 'derived' })
  })

  it.each([
    ['a global plugin', { plugins: [keyAuth] }, 'plugins:*:key-auth:::'],
    [
      'a plugin in a list of its own',
      { services: [service], plugins: [{ ...keyAuth, service: 'my-service' }] },
      'plugins:*:key-auth::my-service:',
    ],
    [
      'a nested plugin',
      { services: [{ ...service, plugins: [keyAuth] }] },
      `plugins:*:key-auth::${SERVICE}:`,
    ],
    [
      'a nested plugin that refers on',
      {
        services: [service],
        consumers: [{ ...consumer, plugins: [{ name: 'rate-limiting', service: 'my-service' }] }],
      },
      `plugins:*:rate-limiting::my-service:${CONSUMER}`,
    ],
    [
      'a plugin with a null',
      { services: [service], plugins: [{ ...keyAuth, route: null, service: 'my-service' }] },
      'plugins:*:key-auth:my-service:',
    ],
    [
      'a plugin that refers by an object',
      { services: [service], plugins: [{ ...keyAuth, service: { id: SERVICE } }] },
      `plugins:*:key-auth::${SERVICE}:`,
    ],
    [
      'a target in a list of its own',
      { upstreams: [{ name: 'u.test' }], targets: [{ target: '10.0.0.1', upstream: 'u.test' }] },
      'targets:*:u.test:10.0.0.1',
    ],
  ])('of %s is derived from what is written', async (_, document, key) => {
    const [kind = ''] = key.split(':')
    const id = uuid5(uuid5('fd02801f-0957-4a15-a55a-c8d9606f30b5', kind), key)
    expect(await identityOf(document, kind)).toEqual({ id, origin: 'derived' })
  })

  const unnamed = { paths: ['/'], plugins: [keyAuth] }
  it.each([
    ['routes', 'without a name', { routes: [unnamed] }],
    ['plugins', 'nested in one without a name', { routes: [unnamed] }],
    ['consumers', 'known by their own id only', { consumers: [{ custom_id: 'x' }] }],
    [
      'keyauth_credentials',
      'whose key could be generated',
      { consumers: [{ ...consumer, keyauth_credentials: [{ key: 'k' }] }] },
    ],
  ])('of %s %s is drawn', async (kind, _, document) => {
    const [one, other] = [await identityOf(document, kind), await identityOf(document, kind)]
    expect([one.origin, other.origin]).toEqual(['drawn', 'drawn'])
    expect(one.id).not.toBe(other.id)
  })

  it('is the given one where there is one', async () => {
    const id = '1111111A-1111-4111-8111-111111111111'
    expect(await identityOf({ services: [{ ...service, id }] }, 'services')).toEqual({
      id: id.toLowerCase(),
      origin: 'given',
    })
  })
})
