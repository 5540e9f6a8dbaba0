import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startStack } from '../stack.ts'
import { asText } from './report.ts'
import { fuzzAdmin } from './run.ts'

// npm run fuzz:admin [-- --seconds N] [--seed N] [--round N]: hostile requests against a cluster of its own.
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string' },
    round: { type: 'string', default: '1' },
  },
})
const seed = Number(values.seed ?? randomInt(2 ** 31))
const say = (line: string): void => void process.stdout.write(`${line}\n`)
say(`seed ${seed}`)
const stack = await startStack()
try {
  const seconds = Number(values.seconds)
  const report = await fuzzAdmin({ stack, seed, seconds, firstRound: Number(values.round), say })
  say(asText(report, seed, stack.adminUrl))
  process.exitCode = report.findings.length === 0 ? 0 : 1
} finally {
  await stack.close()
}
