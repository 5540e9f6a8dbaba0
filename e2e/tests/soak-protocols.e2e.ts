import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ALL } from '../soak-protocols/callers.ts'
import { reportText } from '../soak-protocols/report.ts'
import { soak } from '../soak-protocols/soak.ts'

const SECONDS = 20
const SEED = Number(process.env.BIPLANE_SEED ?? 20261123)

it(`${SECONDS} s of all protocols under changes, with sites that come and go and a restart, with seed ${SEED}: no call fails`, async () => {
  const told: string[] = []
  const report = await soak({
    seed: SEED,
    seconds: SECONDS,
    changes: 8,
    restartEvery: 16,
    protocols: ALL,
    say: (line) => void told.push(line),
    signal: new AbortController().signal,
    keep: join(import.meta.dirname, '..', '.results', `soak-protocols-${SEED}`),
  })
  expect(report.faults, [...told, reportText(report)].join('\n')).toEqual([])
  expect(report.restarts).not.toEqual([])
  expect(report.spells).toBeGreaterThan(0)
  for (const [protocol, { right }] of report.counts) expect(right, protocol).toBeGreaterThan(0)
  expect(report.counts.size).toBeGreaterThanOrEqual(ALL.length)
  expect(report.longest.changes).toBeGreaterThan(2)
  process.stdout.write(`${reportText(report)}\n`)
}, 600_000)
