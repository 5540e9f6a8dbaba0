import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { REPOSITORY } from './app-process.ts'
import { DEFAULT_PORTS, shifted } from './cluster.ts'
import { kongSettings, otherEnvironment } from './environment.ts'
import { Launcher } from './launcher.ts'

const USAGE = `npm start [-- OPTIONS]

Brings up a local cluster and stops it on Ctrl-C.

  --fresh            begin with an empty one
  --home DIR         keep everything there instead of in ./.biplane
  --port-offset N    add N to every port, for a second cluster beside the first

Settings given as KONG_… reach every app; KONG_PG_HOST uses a database of yours.`

const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    home: { type: 'string', default: join(REPOSITORY, '.biplane') },
    'port-offset': { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)
if (values.help) {
  say(USAGE)
} else {
  const launcher = new Launcher({
    home: resolve(values.home),
    ports: shifted(DEFAULT_PORTS, Number(values['port-offset'])),
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
