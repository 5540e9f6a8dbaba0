import { describe, expect, it } from 'vitest'
import { defineEntity, references, uniqueKeys } from './definition.ts'
import { foreign } from './field.ts'
import { consumer } from './kinds/consumer.ts'
import { plugin } from './kinds/plugin.ts'
import { service } from './kinds/service.ts'
import { entityKinds } from './kinds.ts'
import { entityRegistry } from './registry.ts'
import { id } from './vocabulary.ts'

const registry = entityRegistry(entityKinds)

describe('the registry', () => {
  it('holds what is referred to before what refers to it', () => {
    const order = entityRegistry(entityKinds.toReversed()).all.map(({ kind }) => kind)
    for (const definition of entityKinds) {
      for (const { to } of references(definition).filter((reference) => order.includes(reference.to))) {
        expect(order.indexOf(to)).toBeLessThan(order.indexOf(definition.kind))
      }
    }
  })

  it('knows what refers to a kind, and what becomes of it', () => {
    const children = (kind: string) =>
      registry.childrenOf(kind).map(({ definition, field, onDelete }) => [definition.kind, field, onDelete])
    expect(children('services')).toEqual([
      ['routes', 'service', 'restrict'],
      ['plugins', 'service', 'cascade'],
      ['oauth2_tokens', 'service', 'cascade'],
      ['oauth2_authorization_codes', 'service', 'cascade'],
    ])
    expect(children('consumers').every(([, , onDelete]) => onDelete === 'cascade')).toBe(true)
    expect(children('key_sets')).toEqual([['keys', 'set', 'cascade']])
    // Kong's schema of SNIs does not say so, but they go with their certificate.
    expect(children('certificates')).toEqual([
      ['services', 'client_certificate', 'restrict'],
      ['snis', 'certificate', 'cascade'],
      ['upstreams', 'client_certificate', 'restrict'],
    ])
    expect(children('workspaces')).toEqual([])
  })

  it('lists the collections below other entities', () => {
    const paths = registry.nestedCollections.map(
      ({ parent, child, segment }) => `${parent.collection}/{}/${segment} → ${child.kind}`,
    )
    expect(paths.toSorted()).toEqual([
      'certificates/{}/services → services',
      'certificates/{}/snis → snis',
      'certificates/{}/upstreams → upstreams',
      'consumer_groups/{}/plugins → plugins',
      'consumers/{}/acls → acls',
      'consumers/{}/basic-auth → basicauth_credentials',
      'consumers/{}/hmac-auth → hmacauth_credentials',
      'consumers/{}/jwt → jwt_secrets',
      'consumers/{}/key-auth → keyauth_credentials',
      'consumers/{}/oauth2 → oauth2_credentials',
      'consumers/{}/plugins → plugins',
      'key-sets/{}/keys → keys',
      'oauth2/{}/oauth2_tokens → oauth2_tokens',
      'routes/{}/plugins → plugins',
      'services/{}/oauth2_tokens → oauth2_tokens',
      'services/{}/plugins → plugins',
      'services/{}/routes → routes',
      'upstreams/{}/targets → targets',
    ])
  })

  it('refuses two definitions of one kind', () => {
    expect(() => entityRegistry([service, service])).toThrow('two entity definitions share a kind')
  })

  it('refuses references in a circle', () => {
    const a = defineEntity({ kind: 'a', collection: 'a', fields: { id, b: foreign('b') } })
    const b = defineEntity({ kind: 'b', collection: 'b', fields: { id, a: foreign('a') } })
    expect(() => entityRegistry([a, b])).toThrow('a → b → a')
  })
})

describe('every definition', () => {
  it.each(entityKinds.map((definition) => [definition.kind, definition] as const))(
    'of %s names only fields that it has',
    (_, definition) => {
      const names = Object.keys(definition.fields)
      const { endpointKey, nestedKey, idField, specialized, nested } = definition
      const { cacheKey, unlinked, goesWith, onlyWhenSet } = definition
      const used = [idField, ...uniqueKeys(definition).flat(), ...Object.keys(nested), ...(cacheKey ?? [])]
      used.push(...unlinked, ...goesWith, ...onlyWhenSet)
      if (nestedKey !== null) used.push(nestedKey)
      if (endpointKey !== null) used.push(endpointKey)
      if (specialized !== null) used.push(specialized.by)
      for (const source of definition.checks.flatMap(({ sources }) => sources)) used.push(source)
      for (const name of used) expect(names).toContain(name)
    },
  )
})

describe('uniqueKeys', () => {
  it('lists the unique fields, then those unique together', () => {
    expect(uniqueKeys(consumer)).toEqual([['username'], ['custom_id']])
    expect(uniqueKeys(plugin)).toEqual([
      ['instance_name'],
      ['name', 'route', 'service', 'consumer', 'consumer_group'],
    ])
  })
})
