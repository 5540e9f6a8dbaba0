import { expect, it } from 'vitest'
import type { Fleet } from '../nodes/fleet.ts'
import { readNode } from '../nodes/node.ts'
import { judgeFleet } from './nodes.ts'

const at = new Date('2026-01-01T00:00:00Z')

function fleetOf(...rows: object[]): Fleet {
  const nodes = rows.map((row, index) =>
    readNode({
      id: `id-${index}`,
      hostname: `node-${index}`,
      version: '3.4.0',
      config_revision: 7,
      desired_revision: 7,
      state: 'in_sync',
      ...row,
    }),
  )
  return { at, nodes }
}

function findings(...rows: object[]) {
  const fleet = fleetOf(...rows)
  return judgeFleet(fleet, fleet.nodes, '3.4.0')
}

it('counts those that are well, and says how they are taken in', () => {
  expect(findings({}, { version: '3.2.0' }, { state: 'behind', config_revision: 6 })).toEqual([
    { level: 'ok', subject: 'all', message: '2 in_sync, 1 behind' },
    {
      level: 'ok',
      subject: 'releases',
      message: '2 of 3.4.0, 1 of 3.2.0 (an older minor, which gets what it understands)',
    },
  ])
  expect(findings()).toEqual([{ level: 'ok', subject: 'all', message: 'no node has been seen yet' }])
})

it.each([
  [
    'a newer minor',
    { version: '3.5.0' },
    'problem',
    /control plane version 3.4.0 is older than data plane version 3.5.0/,
  ],
  ['another major', { version: '2.8.1' }, 'problem', /another major version/],
  [
    'a config that it rejects',
    { state: 'rejected', errors: [{ kind: 'routes', id: 'r1', field: 'paths', message: 'no' }] },
    'problem',
    /rejected the config .* routes r1 paths: no; release 3.4.0, revision 7/,
  ],
  [
    'a config that is withheld',
    { state: 'withheld', withheld: { message: 'plugin x is missing' } },
    'problem',
    /gets no config: plugin x is missing/,
  ],
  [
    'no link',
    { state: 'offline', offline_since: 1767225600 },
    'warning',
    /not heard of since 2026-01-01T00:00:00/,
  ],
  ['a state of the future', { state: 'dreaming' }, 'warning', /dreaming/],
])('tells of a node with %s', (_what, row, level, message) => {
  const [all, , one, ...none] = findings({}, row)
  expect(all).toMatchObject({ level: 'ok' })
  expect(one).toMatchObject({ level, subject: 'node-1 id-1', message: expect.stringMatching(message) })
  expect(none).toEqual([])
})

it('tells of the first twenty, problems before warnings, and how many more there are', () => {
  const offline = Array.from({ length: 30 }, () => ({ state: 'offline' }))
  const told = findings(...offline, { version: '9.0.0' })
  expect(told).toHaveLength(2 + 20 + 1)
  expect(told[2]).toMatchObject({ level: 'problem' })
  expect(told.at(-1)).toMatchObject({ message: '11 more are not as they should be' })
})
