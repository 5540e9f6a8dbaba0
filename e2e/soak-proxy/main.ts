import { parseArgs } from 'node:util'
import { playSoak, SEED } from '../soak/command-line.ts'
import { reportText } from './report.ts'
import { soak } from './soak.ts'

// npm run soak:proxy [-- --minutes N | --seconds N] [--seed N] [--rate N] [--changes N]: load on a cluster of its own that never rests.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seconds: { type: 'string' },
    seed: SEED,
    rate: { type: 'string' },
    changes: { type: 'string', default: '20' },
    'restart-every': { type: 'string', default: '60' },
  },
})
const options = {
  seconds: values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds),
  changes: Number(values.changes),
  rate: values.rate === undefined ? null : Number(values.rate),
  restartEvery: Number(values['restart-every']),
}
await playSoak('soak-proxy', Number(values.seed), (run) => soak({ ...run, ...options }), reportText)
