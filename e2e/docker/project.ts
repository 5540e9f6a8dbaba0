import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { compose, composeScript, docker, REPOSITORY } from './engine.ts'
import { VERSION } from './images.ts'

/** The project of the tests: its name marks everything of it, so that the next run can remove what a killed one has left. */
const NAME = 'biplane-e2e'

/** Beside a cluster of `npm start`, one of `docker compose up` and those of the other tests. */
const OFFSET = 17_000

/** The port that stands for the usual one. */
export const portOf = (usual: number): number => usual + OFFSET

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

const environment = {
  BIPLANE_MORE_NODES_PORTS: `${portOf(8020)}-${portOf(8039)}`,
  BIPLANE_MORE_NODES_STATUS_PORTS: `${portOf(8120)}-${portOf(8139)}`,
  ...Object.fromEntries(Object.entries(PORTS).map(([name, port]) => [`BIPLANE_${name}`, `${portOf(port)}`])),
}

export const networkOf = (name: string): string => `${NAME}_${name}`

export interface ProjectOptions {
  /** Where docker-compose.yml is. */
  readonly directory?: string
  /** Of the images. */
  readonly version?: string
}

/** Runs Compose on the project, and leaves nothing of containers that it removes. */
export async function projectCompose(
  { directory = REPOSITORY, version = VERSION }: ProjectOptions,
  ...args: string[]
): Promise<string> {
  const before = await namelessVolumes()
  const given = { ...environment, BIPLANE_VERSION: version }
  const printed = await compose({ project: NAME, directory, environment: given }, ...args)
  const after = new Set(await namelessVolumes())
  const left = before.filter((volume) => !after.has(volume))
  if (left.length > 0) await docker('volume', 'rm', '-f', ...left)
  return printed
}

/** Runs a page's commands on the project instead of on a reader's. */
export function projectScript(script: string): Promise<string> {
  return composeScript({ project: NAME, environment: { ...environment, BIPLANE_VERSION: VERSION } }, script)
}

/** Removes containers, volumes and networks. */
export async function removeProject(): Promise<void> {
  await projectCompose({}, 'down', '-v', '--remove-orphans', '-t', '5')
}

/** The containers of a service, or of all, running or not. */
export async function containerIds(service?: string): Promise<string[]> {
  const labels = [`project=${NAME}`, ...(service === undefined ? [] : [`service=${service}`])]
  const filters = labels.flatMap((label) => ['--filter', `label=com.docker.compose.${label}`])
  return lines(await docker('ps', '-aq', ...filters))
}

/** Keeps what the containers have written, for whoever looks into a failure. */
export async function saveLogs(file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, await projectCompose({}, 'logs', '--no-color'))
}

/** Those that an image asks for and nobody named: Compose forgets them with their container. */
async function namelessVolumes(): Promise<string[]> {
  const ids = await containerIds()
  if (ids.length === 0) return []
  const mounts = await docker('inspect', '--format', '{{range .Mounts}}{{println .Name}}{{end}}', ...ids)
  return lines(mounts).filter((name) => /^[0-9a-f]{64}$/.test(name))
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')
