import { parseArgs } from 'node:util'
import { playSoak, SEED } from '../soak/command-line.ts'
import { ALL } from './callers.ts'
import { reportText } from './report.ts'
import { soak } from './soak.ts'

// npm run soak:protocols [-- --minutes N | --seconds N] [--seed N] [--changes N] [--only http,tcp]: all protocols at once, on a cluster that never rests.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seconds: { type: 'string' },
    seed: SEED,
    changes: { type: 'string', default: '8' },
    'restart-every': { type: 'string', default: '60' },
    only: { type: 'string', default: ALL.join() },
  },
})
const protocols = ALL.filter((name) => values.only.split(',').includes(name))
if (protocols.length === 0) throw new Error(`${values.only} has none of ${ALL}`)
const options = {
  seconds: values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds),
  changes: Number(values.changes),
  restartEvery: Number(values['restart-every']),
  protocols,
}
await playSoak('soak-protocols', Number(values.seed), (run) => soak({ ...run, ...options }), reportText)
