import { join } from 'node:path'
import { type AppPlan, fromRepository, launch, shellWord, writeSettings } from './app-process.ts'
import { type ClusterPorts, clusterPlan } from './cluster.ts'
import { emptyHome, isForeign, markHome } from './home.ts'
import { claimFolder, forgetProcess, recordProcess, releaseFolder, stopLeftovers } from './leftovers.ts'
import { busyPorts, portsOf } from './ports.ts'
import { freePort, type PostgresAddress, runningServer, startPostgres } from './postgres.ts'
import { untilReady } from './ready.ts'
import { type Row, summary, tour } from './summary.ts'

export interface LauncherOptions {
  /** The folder that holds everything of the cluster. */
  readonly home: string
  readonly ports: ClusterPorts
  /** What the user set, by setting name. */
  readonly settings: Readonly<Record<string, string>>
  readonly environment: NodeJS.ProcessEnv
  readonly say: (text: string) => void
}

/**
 * A local cluster from start to stop. Its processes do not depend on it: they are leaders of their own process groups and
 * log to files, so each can die, be stopped and be started alone, and a killed launcher leaves them to the next one.
 */
export class Launcher {
  readonly #options: LauncherOptions
  readonly #rows: Row[] = []
  /** In the order of starting. */
  readonly #stops: (() => Promise<unknown>)[] = []
  readonly #abort = new AbortController()
  #starting: Promise<string | undefined> = Promise.resolve(undefined)
  #stopping: Promise<void> | undefined

  constructor(options: LauncherOptions) {
    this.#options = options
  }

  /** False when nothing was left running: the reason was told. */
  async start(fresh: boolean): Promise<boolean> {
    const { home, ports, say } = this.#options
    if (isForeign(home)) {
      say(`${home} holds other things. Name an empty folder, or one that npm start has made.`)
      return false
    }
    markHome(home)
    const other = claimFolder(home)
    if (other !== undefined) {
      say(`A cluster of this folder is already running: stop it with Ctrl-C there, or \`kill ${other}\`.`)
      return false
    }
    this.#starting = this.#bringUp(fresh).catch(
      (error: Error) => `The cluster did not start: ${error.message}`,
    )
    const problem = await this.#starting
    if (problem === undefined) {
      say(summary(this.#rows, ports, home))
      say(tour(ports))
      return true
    }
    if (!this.#abort.signal.aborted) say(`\n${problem}`)
    await this.stop()
    return false
  }

  /** Stops everything, the last started first, also what is being started. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  /** Why the cluster is not up. */
  async #bringUp(fresh: boolean): Promise<string | undefined> {
    const { home, ports, settings, say } = this.#options
    const { signal } = this.#abort
    await stopLeftovers(home, say)
    // Both before anything is removed: a process of this folder that was started alone still works on it.
    const busy = await busyPorts(portsOf(ports))
    if (busy.length > 0)
      return `These ports are in use by other programs: ${busy.join(', ')}. Stop those programs, then try again.`
    const server = runningServer(join(home, 'postgres'))
    if (server !== undefined)
      return `A PostgreSQL (pid ${server}) is running on the data of this folder. Stop it, then try again.`
    if (fresh) emptyHome(home)
    const isOurs = settings.pg_host === undefined && settings.database !== 'off'
    const postgres = isOurs ? await this.#startDatabase() : externalDatabase(settings)
    const plans = await clusterPlan({ home, ports, postgres, settings })
    signal.throwIfAborted()
    for (const plan of [echoPlan(ports.echo), ...plans]) this.#startApp(plan)
    await untilReady({ plans, rows: this.#rows, ports, home, signal })
    return undefined
  }

  async #stopAll(): Promise<void> {
    const { home, say } = this.#options
    this.#abort.abort()
    if (this.#stops.length > 0) say('\nStopping the cluster …')
    await this.#starting
    for (const stop of this.#stops.reverse()) await stop()
    releaseFolder(home)
    if (this.#stops.length > 0)
      say(`Stopped. The data stays in ${fromRepository(home)}; \`npm start -- --fresh\` begins anew.`)
  }

  async #startDatabase(): Promise<PostgresAddress> {
    const { home, ports } = this.#options
    const directory = join(home, 'postgres')
    const [busy] = await busyPorts([ports.postgres])
    const port = busy === undefined ? ports.postgres : await freePort()
    const place = shellWord(fromRepository(directory))
    const command = `node_modules/.bin/node tools/src/database-main.ts ${place} ${port}`
    return startPostgres({
      directory,
      port,
      onSpawn: (server) => {
        this.#stops.push(() => server.stop())
        this.#started(
          { name: 'postgres', pid: server.pid, command },
          server.exited.then(() => 'ended'),
        )
      },
    })
  }

  #startApp(plan: AppPlan): void {
    const { home, environment } = this.#options
    const command = writeSettings(plan, home)
    const app = launch(plan, home, environment)
    this.#stops.push(() => app.stop())
    const ended = app.exited.then(({ code, signal }) =>
      signal === null ? `ended with code ${code}` : `was ended by ${signal}`,
    )
    this.#started({ name: plan.name, pid: app.pid, command }, ended)
  }

  #started(row: Row, ended: Promise<string>): void {
    const { home, say } = this.#options
    recordProcess(home, row.name, row.pid)
    this.#rows.push(row)
    void ended.then((how) => {
      row.ended = true
      forgetProcess(home, row.name)
      if (this.#stopping !== undefined) return
      say(
        `\n${row.name} (pid ${row.pid}) ${how}; everything else goes on. Start it alone with:\n  ${row.command}`,
      )
    })
  }
}

function echoPlan(port: number): AppPlan {
  return { name: 'echo', entry: 'tools/src/echo-main.ts', arguments: [String(port)], settings: {} }
}

/** A server of the user's own: what `KONG_PG_…` does not say is the default of the settings. */
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
