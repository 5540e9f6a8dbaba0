import { type Admin, adminClient } from '../client.ts'
import { compose, docker, REPOSITORY } from './engine.ts'
import { VERSION } from './images.ts'

const PROJECT = 'biplane-e2e'

/** Beside a cluster of `npm start`, one of `docker compose up` and those of the other tests. */
const OFFSET = 17_000

/** The numbers of `npm start` and of docker-compose.yml, each larger by the offset. */
const PORTS = {
  ADMIN_PORT: 8001,
  ADMIN_TLS_PORT: 8444,
  HUB_1_STATUS_PORT: 8101,
  HUB_2_STATUS_PORT: 8111,
  NODE_1_PORT: 8000,
  NODE_1_TLS_PORT: 8443,
  NODE_1_STATUS_PORT: 8100,
  NODE_2_PORT: 8010,
  NODE_2_TLS_PORT: 8453,
  NODE_2_STATUS_PORT: 8110,
}

export const portOf = (usual: number): number => usual + OFFSET

const environment = {
  BIPLANE_VERSION: VERSION,
  BIPLANE_MORE_NODES_PORTS: `${portOf(8020)}-${portOf(8039)}`,
  BIPLANE_MORE_NODES_STATUS_PORTS: `${portOf(8120)}-${portOf(8139)}`,
  ...Object.fromEntries(Object.entries(PORTS).map(([name, port]) => [`BIPLANE_${name}`, `${portOf(port)}`])),
}

/** A data plane, as clients and balancers reach it. */
export interface ContainerNode {
  readonly service: string
  readonly proxy: string
  readonly status: string
}

/** The cluster of docker-compose.yml under a project name and on ports of its own. */
export interface Containers {
  readonly adminUrl: string
  readonly admin: Admin
  readonly echo: string
  /** Where the hubs tell their status. */
  readonly hubs: readonly [string, string]
  readonly nodes: readonly [ContainerNode, ContainerNode]
  compose(...args: string[]): Promise<string>
  /** The container of a service, running or not. */
  id(service: string): Promise<string>
  ids(service: string): Promise<string[]>
  /** What the engine tells of the container of a service, by a Go template. */
  inspect(service: string, template: string): Promise<string>
  /** What the command prints in the container of the service. */
  exec(service: string, ...command: string[]): Promise<string>
  /** SIGKILL. It stays away until `start`: the engine restarts only what ended by itself. */
  kill(service: string): Promise<void>
  start(service: string): Promise<void>
  /** Puts a new container in the place of the service's. */
  replace(service: string): Promise<void>
  cut(service: string, network: string): Promise<void>
  mend(service: string, network: string): Promise<void>
  down(): Promise<void>
}

export interface ContainersOptions {
  /** Where docker-compose.yml is. */
  readonly directory?: string
  /** Of the images. */
  readonly version?: string
}

export async function startContainers({
  directory = REPOSITORY,
  version = VERSION,
}: ContainersOptions = {}): Promise<Containers> {
  const containers = theContainers(directory, version)
  await containers.compose('up', '-d')
  return containers
}

/** Removes containers, volumes and networks of the tests, also those that a killed run has left. */
export async function removeProject(): Promise<void> {
  await compose({ project: PROJECT, environment }, 'down', '-v', '--remove-orphans', '-t', '5')
}

function theContainers(directory: string, version: string): Containers {
  const adminUrl = `http://127.0.0.1:${portOf(8001)}`
  const ids = async (service: string): Promise<string[]> => {
    const labels = [`project=${PROJECT}`, `service=${service}`].flatMap((label) => [
      '--filter',
      `label=com.docker.compose.${label}`,
    ])
    return (await docker('ps', '-aq', ...labels)).split('\n').filter((id) => id !== '')
  }
  const id = async (service: string): Promise<string> => {
    const [first] = await ids(service)
    if (first === undefined) throw new Error(`${service} has no container`)
    return first
  }
  const own = (...args: string[]) =>
    compose(
      { project: PROJECT, directory, environment: { ...environment, BIPLANE_VERSION: version } },
      ...args,
    )
  return {
    adminUrl,
    admin: adminClient(() => adminUrl),
    echo: 'http://echo:8090',
    hubs: [`http://127.0.0.1:${portOf(8101)}`, `http://127.0.0.1:${portOf(8111)}`],
    nodes: [node('dataplane-1', 8000, 8100), node('dataplane-2', 8010, 8110)],
    compose: own,
    id,
    ids,
    inspect: async (service, template) => docker('inspect', '--format', template, await id(service)),
    exec: async (service, ...command) => docker('exec', await id(service), ...command),
    kill: async (service) => void (await docker('kill', await id(service))),
    start: async (service) => void (await docker('start', await id(service))),
    replace: async (service) => void (await own('up', '-d', '--no-deps', '--force-recreate', service)),
    cut: async (service, network) =>
      void (await docker('network', 'disconnect', `${PROJECT}_${network}`, await id(service))),
    mend: async (service, network) =>
      void (await docker(
        'network',
        'connect',
        '--alias',
        service,
        `${PROJECT}_${network}`,
        await id(service),
      )),
    down: removeProject,
  }
}

function node(service: string, proxy: number, status: number): ContainerNode {
  return {
    service,
    proxy: `http://127.0.0.1:${portOf(proxy)}`,
    status: `http://127.0.0.1:${portOf(status)}`,
  }
}
