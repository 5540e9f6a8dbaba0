import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AppPlan,
  type Exit,
  launch,
  REPOSITORY,
  type RunningApp,
  writeSettings,
} from '@biplane/tools/app-process'
import {
  type AdminPorts,
  anotherAdminApi,
  anotherHub,
  type ClusterPorts,
  clusterPlan,
  dataPlanePlan,
  type HubPorts,
  type NodePorts,
  withSettings,
} from '@biplane/tools/cluster'
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
  /** @param root the checkout that it is run from; the last one where none is named */
  start(root?: string): Promise<void>
  /** SIGTERM; the answer tells how it ended. */
  stop(): Promise<Exit>
  /** SIGKILL. */
  kill(): Promise<Exit>
}

export interface Node extends App {
  readonly proxy: string
  readonly proxyTls: string
  readonly status: string
}

export interface Hub extends App {
  /** Where nodes connect, as `host:port`. */
  readonly address: string
  readonly status: string
}

export interface AdminApi extends App {
  readonly url: string
  readonly tlsUrl: string
  /** Where hubs connect, as `host:port`. */
  readonly feed: string
}

/** A whole cluster on free ports, in a temporary folder. */
export interface Stack {
  readonly home: string
  readonly admin: Admin
  readonly adminUrl: string
  readonly adminTlsUrl: string
  readonly hubStatus: string
  readonly echo: string
  readonly adminApi: AdminApi
  readonly hub: Hub
  readonly nodes: readonly [Node, Node]
  readonly database: Database
  /**
   * Adds a data plane, which connects where the first ones do; it is stopped with the stack.
   *
   * @param variables of its environment, besides its settings
   */
  addNode(name: string, settings?: Record<string, string>, variables?: Record<string, string>): Promise<Node>
  /** Adds a hub, which follows where the first one does; it is stopped with the stack. */
  addHub(name: string, settings?: Record<string, string>): Promise<Hub>
  /** Adds an admin-api on the same database; it is stopped with the stack. */
  addAdminApi(name: string, settings?: Record<string, string>): Promise<AdminApi>
  close(): Promise<void>
}

export interface Database {
  readonly directory: string
  url(): string
  start(): Promise<void>
  stop(how?: 'kill'): Promise<void>
}

export interface StackOptions {
  /** A checkout of another commit that the apps are started from. */
  readonly root?: string
  /** Settings for every app. */
  readonly settings?: Record<string, string>
  /** Settings for the admin-apis alone. */
  readonly adminSettings?: Record<string, string>
  /** Settings for the hubs alone, such as a `cluster_feed` that leads through a link. */
  readonly hubSettings?: Record<string, string>
  /** Settings for the nodes alone, the same or by the name and the ports of each. */
  readonly nodeSettings?:
    | Record<string, string>
    | ((name: string, ports: NodePorts) => Record<string, string>)
  /** Of the environment of the nodes, besides their settings. */
  readonly nodeVariables?: Record<string, string>
  /** Told where the database listens, as `host:port`, before anything connects to it. */
  readonly onDatabase?: (address: string) => void
}

/** Within which every process starts, also where many start at once on a machine that is busy with something else. */
const START_MS = 120_000
/** Within which every process stops that was told to; whoever promises less is held to it by a test of its own. */
const STOP_MS = 60_000

export async function startStack({
  root = REPOSITORY,
  settings = {},
  adminSettings = {},
  hubSettings = {},
  nodeSettings = {},
  nodeVariables = {},
  onDatabase,
}: StackOptions = {}): Promise<Stack> {
  const home = mkdtempSync(join(tmpdir(), 'biplane-e2e-'))
  const database = await startDatabase(join(home, 'postgres'))
  onDatabase?.(`${database.server().host}:${database.server().port}`)
  const echo = await startEcho(0)
  const ports: ClusterPorts = {
    ...(await adminPorts()),
    ...(await hubPorts()),
    postgres: database.server().port,
    echo: echo.port,
    nodes: [await nodePorts(), await nodePorts()],
  }
  const shared = { nginx_worker_processes: '2', debug_revision: 'on', ...settings }
  const plans = await clusterPlan({ home, ports, postgres: database.server(), settings: shared })
  const adminPlan = withSettings(required(plans[0]), adminSettings)
  const hubPlan = withSettings(required(plans[1]), hubSettings)
  const ownOf = (name: string, index: number) =>
    typeof nodeSettings === 'function' ? nodeSettings(name, required(ports.nodes[index])) : nodeSettings
  const [firstPlan, secondPlan] = plans
    .slice(2)
    .map((plan, index) => withSettings(plan, ownOf(plan.name, index)))
  const adminApi = adminApp(adminPlan, home, ports)
  const hub = hubApp(hubPlan, home, ports)
  const nodes = [
    node(required(firstPlan), home, required(ports.nodes[0]), nodeVariables),
    node(required(secondPlan), home, required(ports.nodes[1]), nodeVariables),
  ] as const
  const apps: App[] = [adminApi, hub, ...nodes]
  const added = async <Added extends App>(app: Added): Promise<Added> => {
    apps.push(app)
    await app.start(root)
    return app
  }
  const close = async (): Promise<void> => {
    await Promise.all(apps.toReversed().map((each) => each.stop()))
    await database.stop()
    await echo.close()
    removeDirectory(database.directory)
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await Promise.all(apps.map((each) => each.start(root)))
    await eventually(async () => {
      if ((await send(`${adminApi.url}/status/ready`)).status !== 200) throw new Error(adminApi.log())
    }, START_MS)
  } catch (error) {
    await close()
    throw error
  }
  return {
    home,
    admin: adminClient(() => adminApi.url),
    adminUrl: adminApi.url,
    adminTlsUrl: adminApi.tlsUrl,
    hubStatus: hub.status,
    echo: `http://127.0.0.1:${echo.port}`,
    adminApi,
    hub,
    nodes,
    database,
    async addNode(name, own = {}, variables = {}) {
      const listen = await nodePorts()
      const plan = dataPlanePlan(name, home, listen, { ...required(firstPlan).settings, ...own })
      return added(node(plan, home, listen, variables))
    },
    async addHub(name, own = {}) {
      const listen = await hubPorts()
      return added(hubApp(anotherHub(hubPlan, name, home, listen, own), home, listen))
    },
    async addAdminApi(name, own = {}) {
      const listen = await adminPorts()
      return added(adminApp(anotherAdminApi(adminPlan, name, home, listen, own), home, listen))
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

function app(plan: AppPlan, home: string, health: string, variables: Record<string, string> = {}): App {
  let running: RunningApp | undefined
  const live = (): RunningApp => {
    if (running === undefined) throw new Error(`${plan.name} is not running`)
    return running
  }
  let root = REPOSITORY
  writeSettings(plan, home)
  return {
    name: plan.name,
    prefix: join(home, plan.name),
    log: () => readFileSync(join(home, 'logs', `${plan.name}.log`), 'utf8'),
    pid: () => live().pid,
    async start(from = root) {
      root = from
      running = launch({ ...plan, root }, home, { ...environment(), ...variables })
      let ended: Exit | undefined
      void running.exited.then((exit) => {
        ended = exit
      })
      await eventually(async () => {
        if (ended === undefined && (await send(health)).status !== 200)
          throw new Error(`${plan.name} is not healthy`)
      }, START_MS)
      if (ended !== undefined)
        throw new Error(`${plan.name} ended at once: ${JSON.stringify(ended)}\n${this.log()}`)
    },
    stop: () => (running === undefined ? Promise.resolve({ code: 0, signal: null }) : running.stop(STOP_MS)),
    async kill() {
      live().signal('SIGKILL')
      return live().exited
    },
  }
}

function node(
  plan: AppPlan,
  home: string,
  { proxy, proxyTls, status }: NodePorts,
  variables: Record<string, string> = {},
): Node {
  const health = `http://127.0.0.1:${status}`
  return {
    ...app(plan, home, `${health}/status`, variables),
    proxy: `http://127.0.0.1:${proxy}`,
    proxyTls: `https://127.0.0.1:${proxyTls}`,
    status: health,
  }
}

function hubApp(plan: AppPlan, home: string, ports: HubPorts): Hub {
  const status = `http://127.0.0.1:${ports.hubStatus}`
  return { ...app(plan, home, `${status}/status`), address: `127.0.0.1:${ports.hub}`, status }
}

function adminApp(plan: AppPlan, home: string, ports: AdminPorts): AdminApi {
  const url = `http://127.0.0.1:${ports.admin}`
  return {
    ...app(plan, home, `${url}/status`),
    url,
    tlsUrl: `https://127.0.0.1:${ports.adminTls}`,
    feed: `127.0.0.1:${ports.feed}`,
  }
}

async function adminPorts(): Promise<AdminPorts> {
  return { admin: await freePort(), adminTls: await freePort(), feed: await freePort() }
}

async function hubPorts(): Promise<HubPorts> {
  return { hub: await freePort(), hubStatus: await freePort() }
}

async function nodePorts(): Promise<NodePorts> {
  return { proxy: await freePort(), proxyTls: await freePort(), status: await freePort() }
}

/** The apps get settings from their file only, and of our environment what any process needs. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: process.env.HOME }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the cluster plan lacks a process')
  return value
}
