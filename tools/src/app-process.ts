import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One process of a cluster: what it runs and the settings it is started with, nothing else. */
export interface AppPlan {
  readonly name: string
  /** The program, relative to `root`. */
  readonly entry: string
  /** The folder of the checkout that it is run from: this repository, where none is named. */
  readonly root?: string
  readonly arguments?: readonly string[]
  /** Settings by their `kong.conf` name. */
  readonly settings: Readonly<Record<string, string | number>>
}

export interface RunningApp {
  readonly name: string
  readonly pid: number
  readonly exited: Promise<Exit>
  /** SIGTERM, and SIGKILL when it has not ended after `graceMs`. */
  stop(graceMs?: number): Promise<Exit>
  signal(signal: NodeJS.Signals): void
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const NODE = join('node_modules', '.bin', 'node')

/** Writes the settings file and says which command starts the process alone from the repository's folder. */
export function writeSettings(plan: AppPlan, home: string): string {
  mkdirSync(home, { recursive: true })
  const file = settingsFile(plan, home)
  const lines = Object.entries(plan.settings).map(([name, value]) => `${name} = ${confValue(String(value))}`)
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  return `KONG_CONF=${shellWord(fromRepository(file))} ${[NODE, plan.entry, ...(plan.arguments ?? [])].join(' ')}`
}

/** A path as it is said in the repository's folder. */
export function fromRepository(path: string): string {
  return relative(REPOSITORY, path) || path
}

/** A word for a POSIX shell, quoted where it must be. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * Starts the process with its settings file. It is the leader of its own process group and logs to a file, so neither a
 * Ctrl-C in the terminal nor the launcher's death reaches it.
 */
export function launch(plan: AppPlan, home: string, environment: NodeJS.ProcessEnv): RunningApp {
  const logFile = join(home, 'logs', `${plan.name}.log`)
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, [plan.entry, ...(plan.arguments ?? [])], {
    cwd: plan.root ?? REPOSITORY,
    env: { ...environment, KONG_CONF: settingsFile(plan, home) },
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  return running(plan.name, child)
}

/** A value as a line of `kong.conf` holds it: `#` begins a comment, quotes are taken off, PEM text must be one line. */
function confValue(value: string): string {
  if (value.includes('-----BEGIN ')) return Buffer.from(value).toString('base64')
  const line = value.trim().replace(/\s*\n\s*/g, ' ')
  return (/^(["']).*\1$/.test(line) ? `"${line}"` : line).replaceAll('#', '\\#')
}

function running(name: string, child: ChildProcess): RunningApp {
  const exited = new Promise<Exit>((done, fail) => {
    child.once('exit', (code, signal) => done({ code, signal }))
    child.once('error', fail)
  })
  return {
    name,
    pid: child.pid ?? 0,
    exited,
    signal: (signal) => void child.kill(signal),
    async stop(graceMs = 12_000) {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      return exited.finally(() => clearTimeout(timer))
    },
  }
}

function settingsFile(plan: AppPlan, home: string): string {
  return join(home, `${plan.name}.conf`)
}
