import { randomInt } from 'node:crypto'
import { join } from 'node:path'

/** The option that repeats a soak. */
export const SEED = {
  type: 'string',
  default: process.env.BIPLANE_SEED ?? String(randomInt(2 ** 31)),
} as const

/** What every soak is told, however it is called. */
export interface Run {
  readonly seed: number
  readonly say: (line: string) => void
  /** Ends it early. */
  readonly signal: AbortSignal
  /** Where the logs go when there is a fault. */
  readonly keep: string
}

/** Plays a soak, and prints what came of it. The exit code is 0 where it was not ended early and found no fault. */
export async function playSoak<Report extends { readonly faults: readonly string[] }>(
  name: string,
  seed: number,
  soak: (run: Run) => Promise<Report>,
  textOf: (report: Report) => string,
): Promise<void> {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  say(`seed ${seed}`)
  const keep = join(import.meta.dirname, '..', '.results', `${name}-${seed}`)
  const report = await soak({ seed, say, signal: interrupted.signal, keep })
  say(textOf(report))
  process.exitCode = report.faults.length === 0 && !interrupted.signal.aborted ? 0 : 1
}
