import { rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { type AppPlan, launch, REPOSITORY, type RunningApp, writeSettings } from './app-process.ts'
import { type ClusterPorts, clusterPlan, DEFAULT_PORTS } from './cluster.ts'
import { kongSettings, otherEnvironment } from './environment.ts'
import { forgetProcess, leftovers, recordProcess, stopLeftovers } from './leftovers.ts'
import { busyPorts, portsOf } from './ports.ts'
import { freePort, type PostgresAddress, removeDirectory, startPostgres } from './postgres.ts'
import { untilReady } from './ready.ts'
import { type Row, summary, tour } from './summary.ts'

const ECHO_PORT = 8090
const POSTGRES_PORT = 54320

const { values } = parseArgs({
  options: { fresh: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
if (values.help) {
  say(
    'npm start [-- --fresh]\n\nBrings up a local cluster under ./.biplane and stops it on Ctrl-C. --fresh begins with an empty one.',
  )
  process.exit(0)
}
await start(join(REPOSITORY, '.biplane'), DEFAULT_PORTS, values.fresh)

/** The launcher's story: clear what an earlier run left, start everything in order, tell, wait for Ctrl-C, stop in reverse. */
async function start(home: string, ports: ClusterPorts, fresh: boolean): Promise<void> {
  refuseSecondLauncher(home)
  await stopLeftovers(home, say)
  if (fresh) {
    removeDirectory(join(home, 'postgres'))
    rmSync(home, { recursive: true, force: true })
  }
  const settings = kongSettings(process.env)
  await refuseBusyPorts(ports)
  const stops: (() => Promise<unknown>)[] = []
  recordProcess(home, 'launcher', process.pid)
  const stop = stopOnSignal(home, stops)
  try {
    const rows: Row[] = []
    const postgres =
      settings.pg_host === undefined ? await startDatabase(home, stops, rows) : externalDatabase(settings)
    const plans = await clusterPlan({ home, ports, postgres, settings })
    await startApp(echoPlan(), home, stops, rows)
    for (const plan of plans) await startApp(plan, home, stops, rows)
    await untilReady(plans, rows, ports, home)
    say(summary(rows, ports, home))
    say(tour(ports, ECHO_PORT))
  } catch (error) {
    say(`\nThe cluster did not start: ${error instanceof Error ? error.message : error}`)
    await stop(1)
  }
}

function refuseSecondLauncher(home: string): void {
  const other = leftovers(home).find(({ name }) => name === 'launcher')
  if (other === undefined) return
  say(
    `A cluster of this folder is already running (launcher pid ${other.pid}): stop it with Ctrl-C there, or kill ${other.pid}.`,
  )
  process.exit(1)
}

async function refuseBusyPorts(ports: ClusterPorts): Promise<void> {
  const busy = await busyPorts([...portsOf(ports), ECHO_PORT])
  if (busy.length === 0) return
  say(`Ports in use by other programs: ${busy.join(', ')}. Stop those programs, then try again.`)
  process.exit(1)
}

async function startDatabase(
  home: string,
  stops: (() => Promise<unknown>)[],
  rows: Row[],
): Promise<PostgresAddress> {
  const directory = join(home, 'postgres')
  const [busy] = await busyPorts([POSTGRES_PORT])
  const port = busy === undefined ? POSTGRES_PORT : await freePort()
  const server = await startPostgres({ directory, port })
  stops.push(() => server.stop())
  recordProcess(home, 'postgres', server.pid)
  const command = `node_modules/.bin/node tools/src/database-main.ts ${relative(REPOSITORY, directory)} ${port}`
  rows.push({ name: 'postgres', pid: server.pid, address: `127.0.0.1:${port}`, command })
  void server.exited.then(() => tellExit('postgres', server.pid, 'ended', command))
  return server
}

/** A server of the user's own: what `KONG_PG_…` does not say is the apps' default. */
function externalDatabase(settings: Readonly<Record<string, string>>): PostgresAddress {
  const {
    pg_host = '127.0.0.1',
    pg_port = '5432',
    pg_user = 'kong',
    pg_password = '',
    pg_database = 'kong',
  } = settings
  return { host: pg_host, port: Number(pg_port), user: pg_user, password: pg_password, database: pg_database }
}

function echoPlan(): AppPlan {
  return { name: 'echo', entry: 'tools/src/echo-main.ts', settings: {} }
}

async function startApp(
  plan: AppPlan,
  home: string,
  stops: (() => Promise<unknown>)[],
  rows: Row[],
): Promise<RunningApp> {
  const command = writeSettings(plan, home)
  const app = launch(plan, home, otherEnvironment(process.env))
  stops.push(() => app.stop())
  recordProcess(home, plan.name, app.pid)
  const row: Row = { name: plan.name, pid: app.pid, address: '', command }
  rows.push(row)
  void app.exited.then(({ code, signal }) => {
    row.ended = true
    forgetProcess(home, plan.name)
    tellExit(
      plan.name,
      app.pid,
      signal === null ? `ended with code ${code}` : `was ended by ${signal}`,
      command,
    )
  })
  return app
}

let stopping = false

function tellExit(name: string, pid: number, how: string, command: string): void {
  if (!stopping)
    say(`\n${name} (pid ${pid}) ${how}; everything else goes on. Start it alone with:\n  ${command}`)
}

function stopOnSignal(home: string, stops: (() => Promise<unknown>)[]): (code: number) => Promise<never> {
  const stop = async (code: number): Promise<never> => {
    if (!stopping) {
      stopping = true
      say('\nStopping the cluster …')
      for (const end of stops.reverse()) await end()
      rmSync(join(home, 'run'), { recursive: true, force: true })
      say('Stopped. The data stays in ./.biplane; `npm start -- --fresh` begins anew.')
    }
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void (stopping || stop(0)))
  return stop
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
