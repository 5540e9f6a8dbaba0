import { type StdioOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs a program of this Node to its end, in this terminal, and passes signals on. Gives its exit code as a shell would. */
export async function runChild(args: readonly string[], stdio: StdioOptions): Promise<number> {
  const child = spawn(process.execPath, args, { stdio })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  for (const signal of FORWARDED) process.on(signal, forward)
  try {
    return await new Promise<number>((done, fail) => {
      child.once('error', fail)
      child.once('exit', (code, signal) =>
        done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      )
    })
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward)
  }
}
