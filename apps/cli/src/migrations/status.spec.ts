import type { SchemaStatus } from '@biplane/database'
import { expect, it } from 'vitest'
import { toOutcome } from './status.ts'

const at = '2026-01-01T00:00:00.000Z'

function aStatus(more: Partial<SchemaStatus>): SchemaStatus {
  return { kind: 'current', executed: [], pending: [], unknown: [], faults: [], ...more }
}

const rows: [string, SchemaStatus, string, number][] = [
  ['up to date', aStatus({ executed: [{ name: 'a', at }] }), 'the schema is up to date', 0],
  [
    'empty',
    aStatus({ kind: 'empty', pending: ['a'] }),
    'nothing was ever migrated; run biplane migrations up',
    3,
  ],
  [
    'behind',
    aStatus({ kind: 'pending', pending: ['b', 'c'] }),
    'migrations of this release are pending (b, c); run biplane migrations up',
    5,
  ],
  [
    'ahead',
    aStatus({ kind: 'newer', executed: [{ name: 'z', at }], unknown: ['z'] }),
    'a newer release has migrated it: this one must not use it (z)',
    6,
  ],
  [
    'torn',
    aStatus({ kind: 'incomplete', faults: ['missing: hubs'] }),
    'it was restored in part, or another program has tables of these names there (missing: hubs); restore it from a complete backup, or choose another pg_schema',
    7,
  ],
]

it.each(rows)(
  'a schema that is %s is told so, in words and by the exit code',
  (_what, status, words, code) => {
    const { text, exitCode } = toOutcome(status, 'db')
    expect([text.at(-1), exitCode]).toEqual([`db: ${words}`, code])
  },
)

it('lists what was executed and what is pending', () => {
  const status = aStatus({
    kind: 'newer',
    executed: [
      { name: 'core', at },
      { name: 'z', at },
    ],
    pending: ['seed'],
    unknown: ['z'],
  })
  const { text, json } = toOutcome(status, 'db')
  expect(text.slice(0, 4)).toEqual([
    'MIGRATION  STATE         AT',
    `core       executed      ${at}`,
    `z          unknown here  ${at}`,
    'seed       pending',
  ])
  expect(json).toEqual({
    status: 'newer',
    executed: status.executed,
    pending: ['seed'],
    unknown: ['z'],
    faults: [],
  })
})
