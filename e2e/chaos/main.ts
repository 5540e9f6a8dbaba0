import { parseArgs } from 'node:util'
import { playSoak, SEED } from '../soak/command-line.ts'
import { summaryText } from './report.ts'
import { soak } from './soak.ts'

// npm run soak:chaos [-- --rounds N] [--seed N] [--first N]: kills and cuts in a cluster of its own, under load and during writes.
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, seed: SEED, first: { type: 'string', default: '0' } },
})
const options = { first: Number(values.first), rounds: Number(values.rounds) }
await playSoak('chaos', Number(values.seed), (run) => soak({ ...run, ...options }), summaryText)
