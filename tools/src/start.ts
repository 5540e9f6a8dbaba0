import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { REPOSITORY } from './app-process.ts'
import { DEFAULT_PORTS } from './cluster.ts'
import { kongSettings, otherEnvironment } from './environment.ts'
import { Launcher } from './launcher.ts'

const USAGE = `npm start [-- --fresh]

Brings up a local cluster under ./.biplane and stops it on Ctrl-C; --fresh begins with an empty one.
Settings given as KONG_… reach every app; KONG_PG_HOST uses a database of yours.`

const { values } = parseArgs({
  options: { fresh: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)
if (values.help) {
  say(USAGE)
} else {
  const launcher = new Launcher({
    home: join(REPOSITORY, '.biplane'),
    ports: DEFAULT_PORTS,
    settings: kongSettings(process.env),
    environment: otherEnvironment(process.env),
    say,
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void launcher.stop().then(() => process.exit(0)))
  }
  const started = await launcher.start(values.fresh)
  if (!started) process.exit(1)
}
