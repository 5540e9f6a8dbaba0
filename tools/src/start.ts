import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { REPOSITORY } from './app-process.ts'
import { chosen, DEFAULT_PORTS, shifted } from './cluster.ts'
import { kongSettings, otherEnvironment } from './environment.ts'
import { Launcher } from './launcher.ts'

const USAGE = `npm start [-- OPTIONS]

Brings up a local cluster and stops it on Ctrl-C.

  --fresh            begin with an empty one
  --home DIR         keep everything there instead of in ./.biplane
  --port-offset N    add N to every port, for a second cluster beside the first

Settings given as KONG_… reach every app, but proxy_listen, status_listen and prefix: those must differ. stream_listen is
for the first data plane. KONG_PG_HOST uses a database of yours.`

const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    home: { type: 'string', default: join(REPOSITORY, '.biplane') },
    'port-offset': { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
})
const offset = Number(values['port-offset'])
if (!Number.isInteger(offset) || offset < 0 || offset > 40_000) {
  process.stderr.write(`--port-offset ${values['port-offset']}: name a whole number from 0 to 40000\n`)
  process.exit(2)
}
// A terminal that was closed cannot be told, and must not keep the cluster from being stopped.
process.stdout.on('error', () => undefined)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
if (values.help) {
  say(USAGE)
} else {
  const settings = kongSettings(process.env)
  const launcher = new Launcher({
    home: resolve(values.home),
    ports: chosen(shifted(DEFAULT_PORTS, offset), settings),
    settings,
    environment: otherEnvironment(process.env),
    say,
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void launcher.stop().then(() => process.exit(0)))
  }
  const started = await launcher.start(values.fresh).catch(unusable)
  if (!started) process.exit(1)
}

/** A folder that is a file, or that this user may not write to, is no bug of ours. */
function unusable(error: unknown): false {
  if (!(error instanceof Error && 'syscall' in error)) throw error
  say(`${values.home} cannot be used: ${error.message}`)
  return false
}
