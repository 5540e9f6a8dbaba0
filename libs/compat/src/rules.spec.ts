import { type Entity, entityKinds, type Fields, type JsonObject } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { describe, expect, it } from 'vitest'
import { compileDowngrade } from './downgrade.ts'
import { anUpsert } from './fixtures.ts'
import type { Rule } from './rule.ts'
import { rules } from './rules.ts'
import { parseVersion } from './version.ts'

const bundled = bundledPlugins('3.4.2')
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

  it.each<[string, string, JsonObject]>([
    ['a limit in words of its own', 'rate-limiting', { error_code: 429, sync_rate: -1 }],
    ['a Redis in the clear', 'response-ratelimiting', { redis_ssl: false, redis_server_name: null }],
    ['a queue as by default', 'zipkin', { queue: defaultsOf('zipkin').queue ?? null }],
    ['the metadata service that all have', 'aws-lambda', { aws_imds_protocol_version: 'v1' }],
  ])('tell of nothing lost where older nodes do the same anyway: %s', (_title, name, config) => {
    expect(reductionsOf({ name, config, updated_at: 1 })).toEqual([])
  })

  it.each<[string, string, JsonObject, string]>([
    ['a limit that waits', 'rate-limiting', { sync_rate: 5 }, 'sync_rate'],
    ['a queue of its own', 'http-log', { queue: { max_batch_size: 7 } }, 'queue'],
    ['a name', 'cors', {}, 'instance_name'],
  ])('tell of what is lost: %s', (_title, name, config, field) => {
    const lost = reductionsOf({ name, config, instance_name: name === 'cors' ? 'mine' : null })
    expect(lost).toEqual([expect.objectContaining({ field, older: 'strip' })])
  })

  it.each<[string, JsonObject]>([
    ['acme', { storage_config: { redis: { ssl_verify: true } } }],
    ['response-ratelimiting', { redis_ssl: true }],
    ['aws-lambda', { aws_imds_protocol_version: 'v2' }],
    ['session', { absolute_timeout: 60 }],
  ])('call it a matter of security what %s loses', (name, config) => {
    expect(reductionsOf({ name, config })).toEqual([expect.objectContaining({ severity: 'security' })])
  })

  it.each(rules.map((rule) => ({ rule, text: JSON.stringify(rule) })))(
    'name what exists: $text',
    ({ rule }) => {
      expect(fieldsOf(rule.on)).toBeDefined()
      expect(namedBy(rule).filter((path) => !exists(rule, path))).toEqual([])
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

function defaultsOf(plugin: string): JsonObject {
  const valuesOf = (fields: Fields = {}): JsonObject =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        field.fields ? valuesOf(field.fields) : (field.default ?? null),
      ]),
    )
  return valuesOf(bundled.get(plugin)?.fields.config.fields)
}

/** What is told of a plugin that nodes as old as can be get. */
function reductionsOf(plugin: JsonObject): readonly Rule[] {
  const outcome = compileDowngrade(rules, '3.1.0', { refuseInsecure: false }).apply(
    anUpsert('plugins', plugin),
  )
  return outcome.kind === 'sent' ? outcome.reductions : []
}

/** The fields that there are today, and what rules make of them. */
function fieldsOf(on: string): Fields | undefined {
  const [kind, plugin] = on.split('/')
  if (plugin === undefined) return entityKinds.find((definition) => definition.kind === kind)?.fields
  return bundled.get(plugin)?.fields.config.fields
}

function exists(rule: Rule, path: string): boolean {
  const made = rules
    .filter(({ on }) => on === rule.on)
    .flatMap((other) => ('renamed' in other ? other.from : []))
  if (made.includes(path)) return true
  let fields = fieldsOf(rule.on)
  for (const name of path.split('.')) {
    const field = fields?.[name]
    if (field === undefined) return false
    fields = field.fields
  }
  return true
}

function namedBy(rule: Rule): readonly string[] {
  if ('renamed' in rule) return [rule.renamed]
  if ('respelled' in rule) return [rule.respelled.split('.')[0] ?? '', rule.when.field]
  if ('replaced' in rule) return [rule.replaced, rule.by ?? rule.replaced]
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
