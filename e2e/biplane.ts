import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BIPLANE = fileURLToPath(new URL('../node_modules/.bin/biplane', import.meta.url))

/** A command under way. */
export interface Command {
  /** What it has written so far. */
  readonly told: { readonly stdout: string; readonly stderr: string }
  readonly ended: Promise<CommandEnd>
  /** Ctrl-C. */
  interrupt(): void
}

export interface CommandEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts `biplane` as a user does, with the Node that the machine has, and with no settings but these. */
export function startBiplane(
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Command {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('KONG_'))
  const child = spawn(BIPLANE, args, {
    env: { ...Object.fromEntries(inherited), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const told = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      told[name] += chunk
    })
  }
  const ended = new Promise<CommandEnd>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done({ code, ...told }))
  })
  return { told, ended, interrupt: () => void child.kill('SIGINT') }
}

export function biplane(
  args: readonly string[],
  settings?: Readonly<Record<string, string>>,
): Promise<CommandEnd> {
  return startBiplane(args, settings).ended
}
