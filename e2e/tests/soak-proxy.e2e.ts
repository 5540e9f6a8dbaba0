import { join } from 'node:path'
import { expect, it } from 'vitest'
import { reportText } from '../soak-proxy/report.ts'
import { soak } from '../soak-proxy/soak.ts'

const SECONDS = 30
const SEED = Number(process.env.BIPLANE_SEED ?? 20261123)

it(`${SECONDS} s of load, changes, targets that come and go and a restart, with seed ${SEED}: no answer is wrong, none is of two revisions`, async () => {
  const told: string[] = []
  const report = await soak({
    seed: SEED,
    seconds: SECONDS,
    changes: 20,
    rate: null,
    restartEvery: 20,
    say: (line) => void told.push(line),
    signal: new AbortController().signal,
    keep: join(import.meta.dirname, '..', '.results', `soak-proxy-${SEED}`),
  })
  expect(report.faults, [...told, reportText(report)].join('\n')).toEqual([])
  expect(report.restarts).not.toEqual([])
  expect(report.spells).toBeGreaterThan(0)
  expect(report.tally.revisions.size).toBeGreaterThan(50)
  expect(report.tally.statuses.get(200)).toBeGreaterThan(200)
  process.stdout.write(`${reportText(report)}\n`)
}, 600_000)
