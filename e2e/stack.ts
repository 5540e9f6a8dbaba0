import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppPlan, type Exit, launch, type RunningApp, writeSettings } from '@biplane/tools/app-process'
import { type ClusterPorts, clusterPlan, dataPlanePlan, type NodePorts } from '@biplane/tools/cluster'
import { startEcho } from '@biplane/tools/echo'
import { freePort, type RunningPostgres, removeDirectory, startPostgres } from '@biplane/tools/postgres'
import { type Admin, adminClient, send } from './client.ts'
import { eventually } from './eventually.ts'

/** One process of the stack, as an operator handles it. */
export interface App {
  readonly name: string
  /** The folder it keeps its data in. */
  readonly prefix: string
  readonly log: () => string
  pid(): number
  start(): Promise<void>
  /** SIGTERM; the answer tells how it ended. */
  stop(): Promise<Exit>
  /** SIGKILL. */
  kill(): Promise<Exit>
}

export interface Node extends App {
  readonly proxy: string
  readonly status: string
}

/** A whole cluster on free ports, in a temporary folder. */
export interface Stack {
  readonly home: string
  readonly admin: Admin
  readonly adminUrl: string
  readonly adminTlsUrl: string
  readonly hubStatus: string
  readonly echo: string
  readonly adminApi: App
  readonly hub: App
  readonly nodes: readonly [Node, Node]
  readonly database: Database
  /** Adds a data plane; it is stopped with the stack. */
  addNode(name: string, settings?: Record<string, string>): Promise<Node>
  close(): Promise<void>
}

export interface Database {
  readonly directory: string
  url(): string
  start(): Promise<void>
  stop(how?: 'kill'): Promise<void>
}

export interface StackOptions {
  /** Settings for every app. */
  readonly settings?: Record<string, string>
  /** Settings for the admin-api alone. */
  readonly adminSettings?: Record<string, string>
}

export async function startStack({ settings = {}, adminSettings = {} }: StackOptions = {}): Promise<Stack> {
  const home = mkdtempSync(join(tmpdir(), 'biplane-e2e-'))
  const database = await startDatabase(join(home, 'postgres'))
  const echo = await startEcho(0)
  const ports: ClusterPorts = {
    admin: await freePort(),
    adminTls: await freePort(),
    feed: await freePort(),
    hub: await freePort(),
    hubStatus: await freePort(),
    postgres: database.server().port,
    echo: echo.port,
    nodes: [await nodePorts(), await nodePorts()],
  }
  const shared = { nginx_worker_processes: '2', debug_revision: 'on', ...settings }
  const plans = await clusterPlan({ home, ports, postgres: database.server(), settings: shared })
  const nodeLink = pick(plans[2], ['cluster_cert', 'cluster_cert_key', 'cluster_control_plane'])
  const adminUrl = `http://127.0.0.1:${ports.admin}`
  const hubStatus = `http://127.0.0.1:${ports.hubStatus}`
  const [adminPlan, hubPlan, ...nodePlans] = plans
  const adminApi = app(withSettings(required(adminPlan), adminSettings), home, `${adminUrl}/status`)
  const hub = app(required(hubPlan), home, `${hubStatus}/status`)
  const nodes = nodePlans.map((plan, index) => node(plan, home, required(ports.nodes[index])))
  const [first, second] = nodes
  const apps: App[] = [adminApi, hub, ...nodes]
  const close = async (): Promise<void> => {
    await Promise.all(apps.toReversed().map((each) => each.stop()))
    await database.stop()
    await echo.close()
    removeDirectory(database.directory)
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await Promise.all(apps.map((each) => each.start()))
    await eventually(async () => {
      if ((await send(`${adminUrl}/status/ready`)).status !== 200) throw new Error(adminApi.log())
    }, 30_000)
  } catch (error) {
    await close()
    throw error
  }
  return {
    home,
    admin: adminClient(() => adminUrl),
    adminUrl,
    adminTlsUrl: `https://127.0.0.1:${ports.adminTls}`,
    hubStatus,
    echo: `http://127.0.0.1:${echo.port}`,
    adminApi,
    hub,
    nodes: [required(first), required(second)],
    database,
    async addNode(name, own = {}) {
      const listen = await nodePorts()
      const added = node(dataPlanePlan(name, home, listen, { ...nodeLink, ...shared, ...own }), home, listen)
      apps.push(added)
      await added.start()
      return added
    },
    close,
  }
}

async function startDatabase(directory: string): Promise<Database & { server(): RunningPostgres }> {
  let server = await startPostgres({ directory })
  const { port } = server
  return {
    directory,
    server: () => server,
    url: () => server.url,
    start: async () => {
      server = await startPostgres({ directory, port })
    },
    stop: (how) => server.stop(how),
  }
}

function app(plan: AppPlan, home: string, health: string): App {
  let running: RunningApp | undefined
  const live = (): RunningApp => {
    if (running === undefined) throw new Error(`${plan.name} is not running`)
    return running
  }
  writeSettings(plan, home)
  return {
    name: plan.name,
    prefix: join(home, plan.name),
    log: () => readFileSync(join(home, 'logs', `${plan.name}.log`), 'utf8'),
    pid: () => live().pid,
    async start() {
      running = launch(plan, home, environment())
      let ended: Exit | undefined
      void running.exited.then((exit) => {
        ended = exit
      })
      await eventually(async () => {
        if (ended === undefined && (await send(health)).status !== 200)
          throw new Error(`${plan.name} is not healthy`)
      }, 30_000)
      if (ended !== undefined)
        throw new Error(`${plan.name} ended at once: ${JSON.stringify(ended)}\n${this.log()}`)
    },
    stop: () => (running === undefined ? Promise.resolve({ code: 0, signal: null }) : running.stop()),
    async kill() {
      live().signal('SIGKILL')
      return live().exited
    },
  }
}

function node(plan: AppPlan, home: string, { proxy, status }: NodePorts): Node {
  const health = `http://127.0.0.1:${status}`
  return { ...app(plan, home, `${health}/status`), proxy: `http://127.0.0.1:${proxy}`, status: health }
}

async function nodePorts(): Promise<NodePorts> {
  return { proxy: await freePort(), proxyTls: await freePort(), status: await freePort() }
}

/** The apps get settings from their file only. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME }
}

function withSettings(plan: AppPlan, settings: Record<string, string>): AppPlan {
  return { ...plan, settings: { ...plan.settings, ...settings } }
}

function pick(plan: AppPlan | undefined, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, String(plan?.settings[name])]))
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the cluster plan lacks a process')
  return value
}
