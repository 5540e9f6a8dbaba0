import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aFleet, aNode, NOW } from './fixtures.ts'
import { type Paint, showFleet } from './show.ts'

const plain: Paint = (_colour, text) => text

const fleet = aFleet(
  aNode(),
  aNode({
    hostname: 'node-2.example.com',
    state: 'rejected',
    config_revision: 5,
    last_seen: NOW - 3 * 3600,
    errors: [
      { kind: 'plugins', id: 'p1', field: 'config.minute', message: 'expected a number, and got a word' },
    ],
  }),
  aNode({ hostname: 'node-3', state: 'offline', offline_since: NOW - 600, last_seen: NOW - 600 }),
)

describe('showFleet', () => {
  it('has room for everything where nothing has to fit', () => {
    expect(showFleet(fleet, Number.POSITIVE_INFINITY, plain)).toEqual([
      'NODE                ID        STATE     REVISION  LAG  SEEN  VERSION  HUB       PROBLEM',
      'node-1              34b82455  in_sync   7         0    2s    3.4.0    391d08de',
      'node-2.example.com  34b82455  rejected  5         2    3h    3.4.0    391d08de  plugins p1 config.minute: expected a number, and got a word',
      'node-3              34b82455  offline   7         0    10m   3.4.0    391d08de  offline for 10m',
      '',
      '3 nodes: 1 in_sync, 1 offline, 1 rejected',
    ])
  })

  it.each<[string, number, string | undefined]>([
    ['long before', 31 * 86_400, undefined],
    ['soon', 29 * 86_400, 'its certificate expires in 29d'],
    ['no more', -1, 'its certificate has expired'],
  ])('tells of a certificate that expires %s', (_when, left, told) => {
    const lines = showFleet(
      aFleet(aNode({ certificate_expires_at: NOW + left })),
      Number.POSITIVE_INFINITY,
      plain,
    )
    expect(lines[1]?.split('391d08de  ')[1]).toBe(told)
  })

  it('puts problems below their nodes on 80 columns', () => {
    expect(showFleet(fleet, 80, plain)).toEqual([
      'NODE                ID        STATE     REVISION  LAG  SEEN  VERSION  HUB',
      'node-1              34b82455  in_sync   7         0    2s    3.4.0    391d08de',
      'node-2.example.com  34b82455  rejected  5         2    3h    3.4.0    391d08de',
      '  plugins p1 config.minute: expected a number, and got a word',
      'node-3              34b82455  offline   7         0    10m   3.4.0    391d08de',
      '  offline for 10m',
      '',
      '3 nodes: 1 in_sync, 1 offline, 1 rejected',
    ])
  })

  it('goes without hub and version, then shortens names, on less', () => {
    expect(showFleet(fleet, 54, plain)).toEqual([
      'NODE           ID        STATE     REVISION  LAG  SEEN',
      'node-1         34b82455  in_sync   7         0    2s',
      'node-2.examp…  34b82455  rejected  5         2    3h',
      '  plugins p1 config.minute: expected a number, and go…',
      'node-3         34b82455  offline   7         0    10m',
      '  offline for 10m',
      '',
      '3 nodes: 1 in_sync, 1 offline, 1 rejected',
    ])
  })

  it('says so where no node is', () => {
    expect(showFleet(aFleet(), 80, plain)).toEqual(['No node has been seen yet.'])
  })

  it('needs no column for problems where there are none', () => {
    const lines = showFleet(aFleet(aNode()), 200, plain)
    expect(lines[0]).toMatch(/HUB$/)
    expect(lines.at(-1)).toBe('1 node: 1 in_sync')
  })

  it('keeps every line within any terminal of 60 columns and more', () => {
    const node = fc
      .record({
        hostname: fc.string({ maxLength: 60 }),
        state: fc.constantFrom('in_sync', 'behind', 'rejected', 'offline'),
        version: fc.string({ maxLength: 20 }),
        errors: fc.array(fc.record({ message: fc.string({ maxLength: 120 }) }), { maxLength: 2 }),
        config_revision: fc.nat(),
      })
      .map(aNode)
    fc.assert(
      fc.property(
        fc.array(node, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 60, max: 200 }),
        (nodes, width) => {
          const lines = showFleet(aFleet(...nodes), width, (_colour, text) => `\x1b[32m${text}\x1b[39m`)
          for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(width)
        },
      ),
    )
  })
})
