import { EXIT } from './exit-code.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
const GRACE_MS = 2000
/** One Ctrl-C comes twice within this time where npx passes on what the terminal has sent to the whole group. */
const ECHO_MS = 300

/** Ctrl-C and SIGTERM, from the first call until `release`. A second one, or work that does not heed the first, ends the process. */
export interface Interruption {
  readonly signal: AbortSignal
  /** Undefined until it was interrupted. */
  exitCode(): number | undefined
  release(): void
}

export function listenForInterruption(process: NodeJS.Process): Interruption {
  const aborter = new AbortController()
  let first: { readonly code: number; readonly at: number } | undefined
  const listener = (signal: NodeJS.Signals): void => {
    const code = signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
    if (first === undefined) {
      first = { code, at: performance.now() }
      setTimeout(() => process.exit(code), GRACE_MS).unref()
      aborter.abort()
    } else if (performance.now() - first.at > ECHO_MS) process.exit(code)
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return {
    signal: aborter.signal,
    exitCode: () => first?.code,
    release() {
      for (const signal of SIGNALS) process.off(signal, listener)
    },
  }
}

/** For work that listens itself. */
export const NEVER: Interruption = {
  signal: new AbortController().signal,
  exitCode: () => undefined,
  release: () => undefined,
}
