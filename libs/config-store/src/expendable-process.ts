import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The process was ended by somebody, or by the kernel for lack of memory: that tells nothing of what it read. */
export class StoppedFromOutside extends Error {}

/** How a process ended that may die of what it reads. */
export type Ended =
  /** The last line it printed. */
  { readonly kind: 'answered'; readonly line: string } | { readonly kind: 'crashed'; readonly how: string }

export interface ExpendableOptions {
  /** Its script: the name of a file beside this one, without extension. */
  readonly entry: string
  readonly arguments: readonly string[]
  /** What it reads from its standard input, as JSON: keys come here, since arguments can be seen by others. */
  readonly input: object
  readonly timeoutMs: number
  /** Told of every line it prints, the last one included. */
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
}

/**
 * Lets a child process do what would take this process along if it went wrong.
 *
 * @throws Error when the child could not be started, or was aborted; StoppedFromOutside
 */
export async function inExpendableProcess(options: ExpendableOptions): Promise<Ended> {
  const { signal, timeoutMs } = options
  // A process group of its own: a Ctrl-C meant for us must not look like a crash of the child.
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', scriptOf(options.entry), ...options.arguments],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' as const }),
    },
  )
  child.stdin.on('error', () => undefined) // it has died before it read: how it ended tells
  child.stdin.end(JSON.stringify(options.input))
  let line = ''
  createInterface({ input: child.stdout }).on('line', (text) => {
    line = text
    options.onLine?.(text)
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-LONGEST_COMPLAINT)
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = child.kill('SIGKILL')
  }, timeoutMs)
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  // Of one that was started, the end is awaited: until then it may write.
  let failure: Error | undefined
  child.on('error', (error) => {
    failure = error
    if (child.pid === undefined) reject(error)
  })
  child.on('close', (code, signal) => {
    clearTimeout(timer)
    if (failure !== undefined) reject(failure)
    else if (code === 0) resolve({ kind: 'answered', line })
    else if (timedOut) resolve({ kind: 'crashed', how: `took more than ${timeoutMs} ms` })
    else if (signal === null || CRASHES.includes(signal))
      resolve({ kind: 'crashed', how: crash(signal ?? `exit code ${code}`, complaint) })
    else reject(new StoppedFromOutside(`a process that reads the store was ended by ${signal}`))
  })
  return promise
}

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
function scriptOf(entry: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./${entry}.${extension}`, import.meta.url))
}

const LONGEST_COMPLAINT = 2000

/** Node says what is wrong in the middle of what it prints, other programs at the end. */
function crash(how: string, stderr: string): string {
  const lines = stderr.trim().split('\n')
  const complaint = lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? ''
  return `ended with ${how}${complaint === '' ? '' : `: ${complaint}`}`
}
