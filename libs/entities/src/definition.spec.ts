import { describe, expect, expectTypeOf, it } from 'vitest'
import { references, secretFields } from './definition.ts'
import type { Entity } from './entity.ts'
import { array, boolean, integer, record, string, type ValueOf } from './field.ts'
import { acmeStorage } from './kinds/acme-storage.ts'
import type { KeyauthCredential } from './kinds/keyauth-credential.ts'
import { oauth2AuthorizationCode } from './kinds/oauth2-authorization-code.ts'
import { oauth2Token } from './kinds/oauth2-token.ts'
import { plugin } from './kinds/plugin.ts'
import type { Route } from './kinds/route.ts'
import { type Service, service } from './kinds/service.ts'
import { session } from './kinds/session.ts'
import { workspace } from './kinds/workspace.ts'
import { entityKinds } from './kinds.ts'

describe('the types projected from a definition', () => {
  it('know what is never null', () => {
    expectTypeOf<Service['host']>().toEqualTypeOf<string>()
    expectTypeOf<Service['name']>().toEqualTypeOf<string | null>()
    expectTypeOf<Service['retries']>().toEqualTypeOf<number | null>()
    expectTypeOf<Service['id']>().toEqualTypeOf<string>()
    expectTypeOf<Service['enabled']>().toEqualTypeOf<boolean>()
    expectTypeOf<KeyauthCredential['consumer']>().toEqualTypeOf<{ readonly id: string }>()
    expectTypeOf<KeyauthCredential['expires_at']>().toEqualTypeOf<number | null>()
  })

  it('know the values to choose from', () => {
    expectTypeOf<Route['path_handling']>().toEqualTypeOf<'v0' | 'v1' | null>()
    expectTypeOf<Route['https_redirect_status_code']>().toEqualTypeOf<426 | 301 | 302 | 307 | 308>()
    expectTypeOf<Service['protocol']>().toExtend<
      'http' | 'https' | 'grpc' | 'grpcs' | 'tcp' | 'tls' | 'tls_passthrough' | 'udp'
    >()
    expectTypeOf<Route['service']>().toEqualTypeOf<{ readonly id: string } | null>()
    expectTypeOf<Route['headers']>().toEqualTypeOf<Readonly<Record<string, readonly string[]>> | null>()
  })

  it('are entities', () => {
    expectTypeOf<Route>().toExtend<Entity>()
  })

  it('follow records and lists', () => {
    const config = record(
      { on: boolean({ required: true }), ports: array(integer()), of: record({ a: string() }) },
      { required: true },
    )
    expectTypeOf<ValueOf<typeof config>>().toEqualTypeOf<{
      readonly on: boolean
      readonly ports: readonly number[] | null
      readonly of: { readonly a: string | null } | null
    }>()
  })
})

describe('references', () => {
  it('say what a delete does to the entity', () => {
    expect(references(plugin)).toEqual([
      { field: 'route', to: 'routes', required: false, onDelete: 'cascade' },
      { field: 'service', to: 'services', required: false, onDelete: 'cascade' },
      { field: 'consumer', to: 'consumers', required: false, onDelete: 'cascade' },
      { field: 'consumer_group', to: 'consumer_groups', required: false, onDelete: 'cascade' },
    ])
    expect(references(service)).toEqual([
      { field: 'client_certificate', to: 'certificates', required: false, onDelete: 'restrict' },
    ])
  })
})

describe('exportedWhen', () => {
  it.each([
    [service, { enabled: false }, false],
    [service, { enabled: true }, true],
    [plugin, { enabled: false }, false],
    [workspace, {}, true],
    [oauth2Token, {}, true],
    [acmeStorage, {}, true],
    [oauth2AuthorizationCode, {}, false],
    [session, {}, false],
  ])('decides what nodes get', (definition, fields, exported) => {
    expect(definition.exportedWhen({ id: 'x', ...fields })).toBe(exported)
  })
})

describe('secret fields', () => {
  it('are those that are marked, wherever in them, those that a definition names, and configs of any schema', () => {
    const told = entityKinds.map((definition): [string, readonly string[]] => [
      definition.kind,
      secretFields(definition),
    ])
    expect(Object.fromEntries(told.filter(([, fields]) => fields.length > 0))).toEqual({
      plugins: ['config'],
      keyauth_credentials: ['key'],
      certificates: ['key', 'key_alt'],
      keys: ['jwk', 'pem'],
      vaults: ['config'],
      basicauth_credentials: ['password'],
      hmacauth_credentials: ['secret'],
      jwt_secrets: ['secret'],
      oauth2_credentials: ['client_secret'],
      oauth2_tokens: ['access_token', 'refresh_token'],
      oauth2_authorization_codes: ['code', 'challenge'],
      sessions: ['session_id', 'data'],
      acme_storage: ['value'],
    })
  })

  it.each(entityKinds)('of $kind are fields of it', ({ secrets, fields }) => {
    expect(secrets.filter((name) => fields[name] === undefined)).toEqual([])
  })
})
