import { createPublicKey } from 'node:crypto'
import type { JsonObject } from '@biplane/entities'
import { authority, ec, rsa } from '@biplane/entities/fixtures/pem'
import { describe, expect, it } from 'vitest'
import { difference } from './difference.ts'
import { configOf, NOW, registry } from './fixtures/world.ts'
import { declarable } from './outline.ts'
import { printConfig } from './print.ts'
import { printYaml } from './print-yaml.ts'
import { readText } from './read-text.ts'

const jwk = JSON.stringify({ ...createPublicKey(ec.key).export({ format: 'jwk' }), kid: 'k' })
const credentials = {
  keyauth_credentials: [{ key: 'k', ttl: 9 }],
  basicauth_credentials: [{ username: 'b', password: 'secret' }],
  hmacauth_credentials: [{ username: 'h' }],
  jwt_secrets: [{ key: 'j' }],
  acls: [{ group: 'g' }],
  oauth2_credentials: [
    {
      ...{ name: 'app', client_id: 'app', redirect_uris: ['https://app.test/back'] },
      oauth2_tokens: [{ access_token: 't', expires_in: 60 }],
      oauth2_authorization_codes: [{ code: 'c' }],
    },
  ],
}

/** One of every kind, nested where it can be. */
const everything: JsonObject = {
  services: [
    {
      name: 's',
      url: 'https://s.test',
      client_certificate: '1111111a-1111-4111-8111-111111111111',
      routes: [{ paths: ['/'] }],
    },
  ],
  consumers: [{ username: 'ann', groups: ['gold'], ...credentials }],
  consumer_groups: [{ name: 'gold' }],
  plugins: [{ name: 'rate-limiting', consumer_group: 'gold', instance_name: 'limit' }],
  certificates: [{ ...rsa, id: '1111111a-1111-4111-8111-111111111111', snis: [{ name: '*.a.test' }] }],
  ca_certificates: [{ cert: authority }],
  upstreams: [{ name: 'u.test', hash_on: 'header', hash_on_header: 'x', targets: [{ target: '[::1]' }] }],
  key_sets: [{ name: 'ks', keys: [{ kid: 'k', jwk }] }],
  vaults: [{ name: 'env', prefix: 'my-vault', config: { prefix: 'my_' } }],
  sessions: [{ session_id: 'x', data: 'y' }],
  acme_storage: [{ key: 'x', value: 'y' }],
}

const kinds = declarable(registry).map(({ kind }) => kind)

describe('a document of every kind', () => {
  it('makes one entity of each', async () => {
    const config = await configOf(everything)
    expect([...config].map(([kind, rows]) => [kind, rows.size])).toEqual(
      kinds.filter((kind) => config.has(kind)).map((kind) => [kind, 1]),
    )
    expect(config.get('keyauth_credentials')?.values().next().value).toMatchObject({ expires_at: NOW + 9 })
  })

  it('comes back as it was once it is printed', async () => {
    const config = await configOf(everything)
    const reading = readText([...printYaml(config, registry)].join(''))
    expect(reading).toEqual({ document: printConfig(config, registry) })
    expect(await configOf('document' in reading ? reading.document : {})).toEqual(config)
  })

  it('makes no difference when it comes again, generated secrets and passwords included', async () => {
    const config = await configOf(everything)
    expect(difference(config, await configOf(everything, config), registry)).toEqual({
      ...{ added: [], changed: [], removed: [] },
    })
  })

  it('leaves no kind out', async () => {
    expect([...(await configOf(everything)).keys()].toSorted()).toEqual(kinds.toSorted())
  })
})
