import type { PluginVersion } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import {
  type ControlPlane,
  capabilityKey,
  capabilityOf,
  type NodeOffer,
  withheldReason,
} from './capability.ts'
import { connectNotices } from './plugin-check.ts'
import { pluginSets } from './plugin-set.fixture.ts'
import type { Rule } from './rule.ts'

describe('a node whose plugins differ', () => {
  it.each(pluginSets)('is $status: $title', ({ cp, dp, configured, status, offender, filters }) => {
    const capability = capabilityOf(
      { version: '3.4.2', plugins: plugins(cp), ...(filters && { filters: filters.cp }) },
      { version: '3.4.2', plugins: plugins(dp), ...(filters && { filters: filters.dp }) },
    )
    const reason = withheldReason(capability, new Set(configured))
    expect(reason?.kind ?? 'normal').toBe(status)
    if (offender) expect(reason?.subject).toBe(offender)
  })

  it.each(pluginSets.filter(({ log }) => log))('is logged as $log: $title', ({ cp, dp, log }) => {
    const notices = connectNotices(plugins(cp), plugins(dp))
    expect(notices.map(({ level, plugin }) => `${level}:${plugin}`)).toEqual(log)
  })

  it('is told which filters it lacks, all of them', () => {
    const capability = capabilityOf(
      { ...controlPlane(), filters: ['f3', 'f1', 'f2'] },
      { ...node(), filters: ['f2'] },
    )
    expect(withheldReason(capability, new Set())).toMatchObject({ subject: 'f1, f3' })
  })

  it('is served again once the plugin is no longer configured', () => {
    const capability = capabilityOf(controlPlane(), node({ plugins: plugins(['acl@3.4.0']) }))
    expect(withheldReason(capability, new Set(['acl', 'key-auth']))).toMatchObject({ subject: 'key-auth' })
    expect(withheldReason(capability, new Set(['acl']))).toBeUndefined()
  })
})

describe('capabilityKey', () => {
  const key = (offer: Partial<NodeOffer>) => capabilityKey(capabilityOf(controlPlane(), node(offer), rules))

  it.each([
    ['extra plugins', { plugins: plugins(['acl@3.4.0', 'key-auth@3.4.0', 'own@1.0.0']) }],
    ['the order of plugins', { plugins: plugins(['key-auth@3.4.0', 'acl@3.4.0']) }],
    ['an older minor of a plugin', { plugins: plugins(['acl@3.1.0', 'key-auth@3.4.0']) }],
    ['the patch of its version', { version: '3.4.1000' }],
    ['an older version without a rule in between', { version: '3.3.5' }],
  ])('is that of the whole config whatever %s', (_title, offer) => {
    expect(key(offer)).toBe(key({}))
  })

  it.each([
    ['a missing plugin', { plugins: plugins(['acl@3.4.0']) }],
    ['a plugin of a newer minor', { plugins: plugins(['acl@3.4.0', 'key-auth@3.5.0']) }],
    ['a version older than a rule', { version: '3.2.9' }],
  ])('tells %s apart', (_title, offer) => {
    expect(key(offer)).not.toBe(key({}))
  })

  it('puts all releases between two rules into one', () => {
    expect(key({ version: '3.2.9' })).toBe(key({ version: '3.2.0' }))
    expect(key({ version: '3.2.0' })).not.toBe(key({ version: '3.1.9' }))
  })
})

const rules: readonly Rule[] = [
  { since: '3.2.0', on: 'plugins', added: 'field', field: 'instance_name', older: 'strip' },
  { since: '3.3.0', on: 'plugins', added: 'field', field: 'updated_at', older: 'strip' },
]

function controlPlane(): ControlPlane {
  return { version: '3.4.0', plugins: plugins(['acl@3.4.0', 'key-auth@3.4.0']) }
}

function node(offer: Partial<NodeOffer> = {}): NodeOffer {
  return { ...controlPlane(), ...offer }
}

function plugins(texts: readonly string[]): PluginVersion[] {
  return texts.map((text) => {
    const [name = '', version] = text.split('@')
    return version === undefined ? { name } : { name, version }
  })
}
