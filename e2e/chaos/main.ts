import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { summaryText } from './report.ts'
import { soak } from './soak.ts'

// npm run soak:chaos [-- --rounds N] [--seed N] [--first N]: kills and cuts in a cluster of its own, under load and during writes.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: process.env.BIPLANE_SEED ?? String(randomInt(2 ** 31)) },
    first: { type: 'string', default: '0' },
  },
})
const seed = Number(values.seed)
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
const say = (line: string): void => void process.stdout.write(`${line}\n`)
say(`seed ${seed}`)
const report = await soak({
  seed,
  first: Number(values.first),
  rounds: Number(values.rounds),
  say,
  signal: interrupted.signal,
  keep: join(import.meta.dirname, '..', '.results', `chaos-${seed}`),
})
say(summaryText(report))
process.exitCode = report.faults.length === 0 && !interrupted.signal.aborted ? 0 : 1
