import { EXIT } from './exit-code.ts'

const GRACE_MS = 2000

/** Ctrl-C and SIGTERM, from the first call until `release`. A second one, or work that does not heed the first, ends the process. */
export interface Interruption {
  readonly signal: AbortSignal
  /** Undefined until it was interrupted. */
  exitCode(): number | undefined
  release(): void
}

export function listenForInterruption(process: NodeJS.Process): Interruption {
  const aborter = new AbortController()
  let exitCode: number | undefined
  const listeners = (
    [
      ['SIGINT', EXIT.interrupted],
      ['SIGTERM', EXIT.terminated],
    ] as const
  ).map(([name, code]) => {
    const listener = (): void => {
      if (exitCode !== undefined) process.exit(code)
      exitCode = code
      setTimeout(() => process.exit(code), GRACE_MS).unref()
      aborter.abort()
    }
    process.on(name, listener)
    return [name, listener] as const
  })
  return {
    signal: aborter.signal,
    exitCode: () => exitCode,
    release() {
      for (const [name, listener] of listeners) process.off(name, listener)
    },
  }
}

/** For work that listens itself. */
export const NEVER: Interruption = {
  signal: new AbortController().signal,
  exitCode: () => undefined,
  release: () => undefined,
}
