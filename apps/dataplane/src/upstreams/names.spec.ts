import { describe, expect, it } from 'vitest'
import type { DnsSettings } from './dns-settings.ts'
import { serversOf, type Zone } from './fixtures/a-zone.ts'
import { dnsDefaults } from './fixtures/dns-defaults.ts'
import { Names } from './names.ts'

function named(zone: Zone, given: Partial<DnsSettings> = {}) {
  const questions = serversOf(zone)
  const time = { now: 1_000_000 }
  const sources = { questions, hosts: new Map(), search: { domains: [], ndots: 1 } }
  const names = new Names(sources, { ...dnsDefaults, dns_cache_size: 3, ...given }, () => time.now)
  return { names, time, asked: questions.asked, zone }
}

describe('Names', () => {
  it('remembers an answer as long as it holds, and asks for what answered last', async () => {
    const { names, time, asked } = named({ a: { 'a.test': [{ ip: '10.0.0.1', ttl: 10 }] } })
    await names.lookup('a.test')
    time.now += 9_999
    expect(names.lookup('a.test')).toMatchObject({ kind: 'found' })
    expect(asked).toEqual(['srv a.test', 'a a.test'])
    time.now += 4_001
    await names.lookup('a.test')
    expect(asked).toEqual(['srv a.test', 'a a.test', 'a a.test'])
  })

  it('gives what held until a moment ago while it asks anew', async () => {
    const { names, time, zone } = named({ a: { 'a.test': [{ ip: '10.0.0.1', ttl: 10 }] } })
    await names.lookup('a.test')
    zone.a = { 'a.test': [{ ip: '10.0.0.2', ttl: 10 }] }
    time.now += 13_000
    expect(names.lookup('a.test')).toMatchObject({ places: [{ ip: '10.0.0.1' }] })
    await expect.poll(() => names.lookup('a.test')).toMatchObject({ places: [{ ip: '10.0.0.2' }] })
  })

  it.each([
    ['not found', 'ENOTFOUND', 29_999, 'not-found', 30_000],
    ['not to be had', 'ESERVFAIL', 999, 'failed', 1_000],
  ])('remembers what is %s for a time of its own', async (_what, code, before, kind, after) => {
    const { names, time, zone } = named({ a: { 'a.test': code } })
    await names.lookup('a.test')
    zone.a = { 'a.test': [{ ip: '10.0.0.2', ttl: 10 }] }
    time.now += before
    expect(names.lookup('a.test')).toMatchObject({ kind })
    time.now += after - before
    expect(await names.lookup('a.test')).toMatchObject({ kind: 'found' })
  })

  it.each([
    ['once for all that wait', false, 2],
    ['once for each, where that is set', true, 3],
  ])('asks each time for what holds for no time, and %s', async (_what, dns_no_sync, times) => {
    const { names, asked } = named({ a: { 'a.test': [{ ip: '10.0.0.1', ttl: 0 }] } }, { dns_no_sync })
    await Promise.all([names.lookup('a.test'), names.lookup('a.test')])
    expect(names.lookup('a.test')).toBeInstanceOf(Promise)
    await expect.poll(() => asked.filter((question) => question === 'a a.test')).toHaveLength(times)
  })

  it('may be told how long answers hold', async () => {
    const { names, time } = named({ a: { 'a.test': [{ ip: '10.0.0.1', ttl: 0 }] } }, { dns_valid_ttl: 60 })
    await names.lookup('a.test')
    time.now += 59_000
    expect(names.lookup('a.test')).toMatchObject({ kind: 'found' })
  })

  it('forgets names when there are too many', async () => {
    const { names } = named({})
    for (const name of ['a.test', 'b.test', 'c.test', 'd.test']) await names.lookup(name)
    expect(names.size).toBe(3)
    expect(names.lookup('d.test')).toMatchObject({ kind: 'not-found' })
  })
})
