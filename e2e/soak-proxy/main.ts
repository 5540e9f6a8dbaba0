import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reportText } from './report.ts'
import { soak } from './soak.ts'

// npm run soak:proxy [-- --minutes N | --seconds N] [--seed N] [--rate N] [--changes N]: load on a cluster of its own that never rests.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: process.env.BIPLANE_SEED ?? String(randomInt(2 ** 31)) },
    rate: { type: 'string' },
    changes: { type: 'string', default: '20' },
    'restart-every': { type: 'string', default: '60' },
  },
})
const seed = Number(values.seed)
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
const say = (line: string): void => void process.stdout.write(`${line}\n`)
say(`seed ${seed}`)
const report = await soak({
  seed,
  seconds: values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds),
  changes: Number(values.changes),
  rate: values.rate === undefined ? null : Number(values.rate),
  restartEvery: Number(values['restart-every']),
  say,
  signal: interrupted.signal,
  keep: join(import.meta.dirname, '..', '.results', `soak-proxy-${seed}`),
})
say(reportText(report))
process.exitCode = report.faults.length === 0 && !interrupted.signal.aborted ? 0 : 1
