import { describe, expect, it } from 'vitest'
import { serversOf, type Zone } from './fixtures/a-zone.ts'
import { parseHosts } from './hosts-file.ts'
import { resolveName } from './resolve-name.ts'
import { candidates, parseSearchList } from './search-list.ts'

const search = { domains: ['svc.local'], ndots: 1 }

async function resolve(name: string, zone: Zone, types = ['SRV', 'A'] as const) {
  const questions = serversOf(zone)
  const hosts = parseHosts('127.0.0.9 Here # ours\n::5 here6\n')
  const answer = await resolveName(name, types, { questions, hosts, search })
  const places =
    answer.kind === 'found'
      ? answer.places.map(({ ip, port, weight }) => [ip, port, weight].filter((x) => x !== null).join(' '))
      : answer.kind === 'failed'
        ? answer.reason
        : answer.kind
  return { places, asked: questions.asked, answer }
}

const host = (ip: string, ttl = 60) => [{ ip, ttl }]

describe('a name', () => {
  it.each<[string, string, Zone, unknown]>([
    ['is an address record', 'a.test', { a: { 'a.test': host('10.0.0.1') } }, ['10.0.0.1']],
    ['is looked up in the hosts file first', 'here', { a: { here: host('10.0.0.1') } }, ['127.0.0.9']],
    ['has what the hosts file has, whatever family is asked for', 'here6', {}, ['::5']],
    ['of this machine needs no server', 'x.localhost', {}, ['127.0.0.1']],
    [
      'that can never be needs none either',
      'x.invalid',
      { a: { 'x.invalid': host('10.0.0.1') } },
      'not-found',
    ],
    ['may need a domain', 'a', { a: { 'a.svc.local': host('10.0.0.1') } }, ['10.0.0.1']],
    ['is not there', 'b.test', {}, 'not-found'],
    ['is not there without an address', 'b.test', { a: { 'b.test': 'ENODATA' } }, 'not-found'],
    ['may not be had', 'b.test', { a: { 'b.test': 'ESERVFAIL' } }, 'ESERVFAIL'],
    [
      'may name services of several priorities',
      's.test',
      {
        srv: {
          's.test': [
            { name: 'x', port: 81, priority: 1, weight: 5 },
            { name: 'y', port: 0, priority: 1, weight: 0 },
            { name: 'z', port: 83, priority: 2, weight: 9 },
          ],
        },
        a: { x: [...host('10.0.0.1'), ...host('10.0.0.2')], y: host('10.0.0.3') },
      },
      ['10.0.0.1 81 5', '10.0.0.2 81 5', '10.0.0.3 1'],
    ],
  ])('%s', async (_what, name, zone, places) => {
    expect((await resolve(name, zone)).places).toEqual(places)
  })

  it('holds as long as the shortest of its records', async () => {
    const { answer } = await resolve('a.test', {
      a: { 'a.test': [...host('10.0.0.1', 9), ...host('10.0.0.2', 3)] },
    })
    expect(answer).toMatchObject({ ttl: 3, type: 'A' })
  })

  it('is not asked for again of servers that are not there', async () => {
    const { places, asked } = await resolve('a.test', { srv: { 'a.test': 'ETIMEOUT' } })
    expect(places).toBe('ETIMEOUT')
    expect(asked).toEqual(['srv a.test'])
  })
})

describe('the search list', () => {
  it.each([
    ['a', 'search x.y z', ['a.x.y', 'a.z', 'a']],
    ['a.b', 'search x.y', ['a.b', 'a.b.x.y']],
    ['a.b', 'search x.y\noptions ndots:5', ['a.b.x.y', 'a.b']],
    ['a.', 'search x.y', ['a']],
    ['a', '; search x.y', ['a']],
    ['a', 'domain x.\nsearch y', ['a.y', 'a']],
  ])('makes of %s with "%s"', (name, text, names) => {
    expect(candidates(name, parseSearchList(text))).toEqual(names)
  })
})
