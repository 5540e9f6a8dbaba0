import { parseArgs } from 'node:util'
import { playSoak, SEED } from '../soak/command-line.ts'
import { CARRIED, PROTOCOLS, type Protocol } from './callers.ts'
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
    only: { type: 'string', default: CARRIED.join() },
  },
})
const isProtocol = (name: string): name is Protocol => name in PROTOCOLS
const unknown = values.only.split(',').filter((name) => !isProtocol(name))
if (unknown.length > 0) throw new Error(`${unknown} is none of ${Object.keys(PROTOCOLS)}`)
const options = {
  seconds: values.seconds === undefined ? Number(values.minutes) * 60 : Number(values.seconds),
  changes: Number(values.changes),
  restartEvery: Number(values['restart-every']),
  protocols: values.only.split(',').filter(isProtocol),
}
await playSoak('soak-protocols', Number(values.seed), (run) => soak({ ...run, ...options }), reportText)
