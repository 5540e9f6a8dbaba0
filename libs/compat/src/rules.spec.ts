import { type Entity, entityKinds, type JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { compileDowngrade } from './downgrade.ts'
import { anUpsert } from './fixtures.ts'
import type { Rule } from './rule.ts'
import { rules } from './rules.ts'
import { parseVersion } from './version.ts'

const tls = { client_certificate: 'c1', tls_verify: true, tls_verify_depth: 1, ca_certificates: ['ca1'] }

/** Entities of a 3.4.2 control plane as data planes of older releases get them from Kong. */
describe('the rules of this product', () => {
  it.each<[string, string, string, JsonObject, JsonObject]>([
    [
      'plugins lose instance_name',
      '3.1.0',
      'plugins',
      { name: 'cors', instance_name: 'a' },
      { name: 'cors' },
    ],
    ['and its null', '3.1.1', 'plugins', { name: 'cors', instance_name: null }, { name: 'cors' }],
    ['which 3.2 knows', '3.2.0', 'plugins', { instance_name: 'x' }, { instance_name: 'x' }],
    ['plugins lose updated_at', '3.2.2', 'plugins', { name: 'cors', updated_at: 1 }, { name: 'cors' }],
    ['consumers lose updated_at', '3.2.2', 'consumers', { username: 'n', updated_at: 1 }, { username: 'n' }],
    ['and its null', '3.2.2', 'consumers', { updated_at: null }, {}],
    ['which 3.3 knows', '3.3.0', 'consumers', { updated_at: 1 }, { updated_at: 1 }],
    ['workspaces lose updated_at', '3.0.0', 'workspaces', { name: 'w', updated_at: 1 }, { name: 'w' }],
    ['SNIs lose updated_at', '3.2.2', 'snis', { name: 's', updated_at: 1 }, { name: 's' }],
    ['targets lose updated_at', '3.2.2', 'targets', { weight: 1, updated_at: 1.5 }, { weight: 1 }],
    ['keys keep updated_at', '3.2.2', 'keys', { updated_at: 1 }, { updated_at: 1 }],
    [
      'upstreams take turns for the lowest latency',
      '3.1.0',
      'upstreams',
      { algorithm: 'latency' },
      { algorithm: 'round-robin' },
    ],
    ['which 3.2 knows', '3.2.0', 'upstreams', { algorithm: 'latency' }, { algorithm: 'latency' }],
    [
      'upstreams keep other algorithms',
      '3.1.0',
      'upstreams',
      { algorithm: 'consistent-hashing' },
      { algorithm: 'consistent-hashing' },
    ],
    ['upstreams lose use_srv_name', '3.0.1', 'upstreams', { slots: 10, use_srv_name: true }, { slots: 10 }],
    ['which 3.1 knows', '3.1.0', 'upstreams', { use_srv_name: true }, { use_srv_name: true }],
    [
      'variables in the environment are named without dashes',
      '3.2.2',
      'vaults',
      { name: 'env', prefix: 'my-env', config: { prefix: 'kong-vault-' } },
      { name: 'env', prefix: 'my-env', config: { prefix: 'kong_vault_' } },
    ],
    [
      'but with 3.3',
      '3.3.0',
      'vaults',
      { name: 'env', config: { prefix: 'x-y' } },
      { name: 'env', config: { prefix: 'x-y' } },
    ],
    [
      'and vaults without any',
      '3.2.2',
      'vaults',
      { name: 'env', config: null },
      { name: 'env', config: null },
    ],
    [
      'and of another sort',
      '3.2.2',
      'vaults',
      { name: 'aws', config: { prefix: 'x-y' } },
      { name: 'aws', config: { prefix: 'x-y' } },
    ],
    ['plugins of no group stay', '3.3.2', 'plugins', { name: 'cors' }, { name: 'cors' }],
    ['services keep updated_at', '3.2.2', 'services', { updated_at: 1 }, { updated_at: 1 }],
    ['routes keep updated_at', '3.2.2', 'routes', { updated_at: 1 }, { updated_at: 1 }],
    [
      'TLS services lose their TLS fields',
      '3.1.0',
      'services',
      { protocol: 'tls', ...tls },
      { protocol: 'tls' },
    ],
    ['which 3.2 knows', '3.2.0', 'services', { protocol: 'tls', ...tls }, { protocol: 'tls', ...tls }],
    [
      'HTTPS services keep them',
      '3.1.0',
      'services',
      { protocol: 'https', ...tls },
      { protocol: 'https', ...tls },
    ],
    [
      'TLS services without them are as they were',
      '3.1.0',
      'services',
      { protocol: 'tls' },
      { protocol: 'tls' },
    ],
    [
      'a null is one of them',
      '3.1.0',
      'services',
      { protocol: 'tls', tls_verify: null },
      { protocol: 'tls' },
    ],
    [
      'a false alone is none',
      '3.1.0',
      'services',
      { protocol: 'tls', tls_verify: false },
      { protocol: 'tls', tls_verify: false },
    ],
  ])('%s (%s)', (_title, version, kind, given, expected) => {
    expect(downgraded(version, kind, given)).toEqual({ id: 'an-id', ...expected })
  })

  it.each(['consumer_groups', 'consumer_group_consumers'])('send no %s to what knows none', (kind) => {
    const { apply } = compileDowngrade(rules, '3.4.0', { refuseInsecure: false })
    expect(apply(anUpsert(kind, {}))).toMatchObject({ kind: 'sent', change: { op: 'delete' } })
  })

  it('send nothing at all where a plugin is for a group', () => {
    const { apply } = compileDowngrade(rules, '3.4.0', { refuseInsecure: false })
    const change = anUpsert('plugins', { name: 'cors', consumer_group: { id: 'g' } })
    expect(apply(change)).toMatchObject({ kind: 'refused', rule: { field: 'consumer_group' } })
  })

  it('call it a matter of security when verification is lost', () => {
    const change = anUpsert('services', { protocol: 'tls', ...tls })
    const { apply } = compileDowngrade(rules, '3.2.0', { refuseInsecure: true })
    expect(apply(change)).toMatchObject({ kind: 'refused', rule: { severity: 'security' } })
  })

  it.each(rules.map((rule) => ({ rule, text: JSON.stringify(rule) })))(
    'name what exists: $text',
    ({ rule }) => {
      const fields = fieldsOf(rule.on)
      for (const field of namedBy(rule)) expect(fields).toContain(field)
      expect(parseVersion(rule.since)).toBeDefined()
    },
  )
})

function downgraded(version: string, kind: string, given: JsonObject): Entity | undefined {
  const applying = rules.filter(({ since }) => since > version)
  const downgrade = compileDowngrade(applying, '3.0.0', { refuseInsecure: false })
  const outcome = downgrade.apply(anUpsert(kind, given))
  return outcome.kind === 'sent' && outcome.change.op === 'upsert' ? outcome.change.entity : undefined
}

/** The names of the fields of a kind today; rules on the config of a plugin belong beside that plugin's schema. */
function fieldsOf(on: string): string[] {
  return Object.keys(entityKinds.find(({ kind }) => kind === on)?.fields ?? {})
}

function namedBy(rule: Rule): readonly string[] {
  if ('renamed' in rule) return [rule.renamed]
  if ('respelled' in rule) return [rule.respelled.split('.')[0] ?? '', rule.when.field]
  switch (rule.added) {
    case 'field':
    case 'value':
      return [rule.field]
    case 'fields':
      return [...rule.fields, rule.when.field]
    case 'kind':
      return []
  }
}
