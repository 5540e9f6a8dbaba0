import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** What `docker ARGS` prints. */
export function docker(...args: string[]): Promise<string> {
  return printed(['docker', ...args])
}

/** Why containers cannot be tested here; null where they can. */
export async function engineProblem(): Promise<string | null> {
  try {
    await docker('version', '--format', '{{.Server.Version}}')
    await composeCommand()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export interface ComposeOptions {
  readonly project: string
  /** Where docker-compose.yml is. */
  readonly directory?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** What `docker compose ARGS` prints, of Compose v2, or v1 where that is what there is. */
export async function compose(
  { project, directory = REPOSITORY, environment = {} }: ComposeOptions,
  ...args: string[]
): Promise<string> {
  const command = await composeCommand()
  return printed([...command, '-p', project, ...args], {
    cwd: directory,
    env: { ...process.env, ...environment },
  })
}

/** What a page's commands print, run by bash on a project; they say `docker compose`, whichever there is. */
export async function composeScript(
  { project, directory = REPOSITORY, environment = {} }: ComposeOptions,
  script: string,
): Promise<string> {
  const command = [...(await composeCommand()), '-p', project].join(' ')
  const own = script.replaceAll('docker compose', command)
  return printed(['bash', '-e', '-o', 'pipefail', '-c', own], {
    cwd: directory,
    env: { ...process.env, ...environment },
  })
}

async function composeCommand(): Promise<string[]> {
  const v2 = await docker('compose', 'version').catch(() => null)
  if (v2 !== null) return ['docker', 'compose']
  await printed(['docker-compose', 'version'])
  return ['docker-compose']
}

async function printed(
  command: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const [program = '', ...args] = command
  const { stdout } = await run(program, args, { ...options, maxBuffer: 64 << 20 })
  return stdout.trim()
}
