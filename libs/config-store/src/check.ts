import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { reserveLock, toPosition } from './tree.ts'
import type { Finding } from './walk.ts'

export interface CheckOptions {
  readonly extent: 'all' | 'probe'
  /** Of the file; a slow disk is given time in proportion. */
  readonly bytes: number
  readonly signal?: AbortSignal
}

/**
 * Lets a child process open and read a generation, because a damaged one would take this process along.
 *
 * @throws Error when something else than damage kept the child from its answer: it could not be started, or was stopped
 */
export async function check(directory: string, { extent, bytes, signal }: CheckOptions): Promise<Finding> {
  reserveLock(directory)
  // A process group of its own: a Ctrl-C meant for us must not look like a crash of the child.
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script(), directory, extent],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' as const }),
    },
  )
  return verdict(child, 30_000 + bytes / BYTES_PER_MS)
}

/** Bytes that the slowest disk worth waiting for reads in a millisecond: 4 MiB a second. */
const BYTES_PER_MS = 4096

/** Signals by which a process ends itself when it meets damage, or LMDB ends it. All others come from outside. */
const CRASHES: readonly (NodeJS.Signals | null)[] = [
  'SIGSEGV',
  'SIGBUS',
  'SIGABRT',
  'SIGFPE',
  'SIGILL',
  'SIGTRAP',
  'SIGSYS',
]

/** Beside this file, under this file's extension: TypeScript in the source tree, JavaScript where it was built. */
function script(): string {
  return fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? './check-entry.ts' : './check-entry.js', import.meta.url),
  )
}

function verdict(child: ChildProcess, timeoutMs: number): Promise<Finding> {
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' }
    child.stdout?.on('data', (chunk) => {
      output.stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      output.stderr = `${output.stderr}${chunk}`.slice(-500)
    })
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = child.kill('SIGKILL')
    }, timeoutMs)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(toFinding(output.stdout))
      else if (timedOut) resolve({ kind: 'damaged', reason: `reading it took more than ${timeoutMs} ms` })
      else if (signal === null || CRASHES.includes(signal))
        resolve(crash(signal ?? `exit code ${code}`, output.stderr))
      else reject(new Error(`the check of the store was ended by ${signal}`))
    })
  })
}

function crash(how: string, stderr: string): Finding {
  const [last = ''] = stderr.trim().split('\n').slice(-1)
  return {
    kind: 'damaged',
    reason: `a process that read it ended with ${how}${last === '' ? '' : `: ${last}`}`,
  }
}

/** @throws SyntaxError when the child printed something else */
function toFinding(text: string): Finding {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && 'kind' in value) {
    if (value.kind === 'damaged' && 'reason' in value)
      return { kind: 'damaged', reason: String(value.reason) }
    if (value.kind === 'whole' && 'position' in value)
      return { kind: 'whole', position: toPosition(value.position) }
  }
  throw new SyntaxError(`the check printed ${text}`)
}
