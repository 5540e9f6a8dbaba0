import { join } from 'node:path'
import { expect, it } from 'vitest'
import { summaryText } from '../chaos/report.ts'
import { soak } from '../chaos/soak.ts'

const ROUNDS = 5
const SEED = Number(process.env.BIPLANE_SEED ?? 20261123)

it(`${ROUNDS} rounds of kills and broken links during writes, with seed ${SEED}: all converges, nothing acknowledged is lost, no request fails`, async () => {
  const told: string[] = []
  const report = await soak({
    seed: SEED,
    first: 0,
    rounds: ROUNDS,
    say: (line) => void told.push(line),
    signal: new AbortController().signal,
    keep: join(import.meta.dirname, '..', '.results', `chaos-${SEED}`),
  })
  expect(report.faults, told.join('\n')).toEqual([])
  expect(report.rounds.length).toBe(ROUNDS)
  process.stdout.write(`${summaryText(report)}\n`)
}, 600_000)
