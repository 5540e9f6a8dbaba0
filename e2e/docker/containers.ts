import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from 'vitest'
import { type Admin, adminClient } from '../client.ts'
import { inSync, route, serves } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import { docker } from './engine.ts'
import {
  containerIds,
  networkOf,
  type ProjectOptions,
  portOf,
  projectCompose,
  removeProject,
  saveLogs,
} from './project.ts'

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
  /** As data planes reach it. */
  readonly echo: string
  /** Where the hubs tell their status. */
  readonly hubs: readonly [string, string]
  readonly nodes: readonly [ContainerNode, ContainerNode]
  up(): Promise<void>
  compose(...args: string[]): Promise<string>
  /** The container of a service, running or not. */
  id(service: string): Promise<string>
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
  /** Removes all of it, and keeps what the containers have written in a file named after the test. */
  down(): Promise<void>
}

/** The cluster for a suite: before its first test both data planes serve `/base`, after its last nothing is left. */
export function useContainers(): Containers {
  const cluster = containers()
  beforeAll(async () => {
    await cluster.up()
    await eventually(() => route(cluster, 'base'), 60_000)
    await inSync(cluster, 2)
    for (const node of cluster.nodes) await serves(node, '/base')
  })
  afterAll(() => cluster.down())
  return cluster
}

export function containers(options: ProjectOptions = {}): Containers {
  const own = (...args: string[]) => projectCompose(options, ...args)
  const adminUrl = `http://127.0.0.1:${portOf(8001)}`
  const id = async (service: string): Promise<string> => {
    const [first] = await containerIds(service)
    if (first === undefined) throw new Error(`${service} has no container`)
    return first
  }
  return {
    adminUrl,
    admin: adminClient(() => adminUrl),
    echo: 'http://echo:8090',
    hubs: [`http://127.0.0.1:${portOf(8101)}`, `http://127.0.0.1:${portOf(8111)}`],
    nodes: [node('dataplane-1', 8000, 8100), node('dataplane-2', 8010, 8110)],
    up: async () => void (await own('up', '-d')),
    compose: own,
    id,
    inspect: async (service, template) => docker('inspect', '--format', template, await id(service)),
    exec: async (service, ...command) => docker('exec', await id(service), ...command),
    kill: async (service) => void (await docker('kill', await id(service))),
    start: async (service) => void (await docker('start', await id(service))),
    replace: async (service) => void (await own('up', '-d', '--no-deps', '--force-recreate', service)),
    cut: async (service, network) =>
      void (await docker('network', 'disconnect', networkOf(network), await id(service))),
    mend: async (service, network) => {
      await docker('network', 'connect', '--alias', service, networkOf(network), await id(service))
    },
    async down() {
      const name = basename(expect.getState().testPath ?? 'containers', '.e2e.ts')
      await saveLogs(fileURLToPath(new URL(`.results/${name}.log`, import.meta.url)))
      await removeProject()
    },
  }
}

function node(service: string, proxy: number, status: number): ContainerNode {
  return {
    service,
    proxy: `http://127.0.0.1:${portOf(proxy)}`,
    status: `http://127.0.0.1:${portOf(status)}`,
  }
}
