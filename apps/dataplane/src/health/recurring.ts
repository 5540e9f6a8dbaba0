/**
 * Does something again and again, at points of time that lie exactly `everyMs` apart, the first of them anywhere in that time:
 * what begins together does not come together. Points that pass while it is still being done, or while the process was
 * busy, are left out and not made up for. Ends with the signal; keeps no process alive.
 *
 * @param clock milliseconds, which never go back
 */
export function recurring(
  everyMs: number,
  work: () => Promise<void>,
  { clock, random, signal }: { clock: () => number; random: () => number; signal: AbortSignal },
): void {
  let due = clock() + random() * everyMs
  let isDone = true
  const wait = (): void => {
    if (signal.aborted) return
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      if (isDone) {
        isDone = false
        void work().finally(() => {
          isDone = true
        })
      }
      const late = Math.max(0, clock() - due)
      due += everyMs * (1 + Math.floor(late / everyMs))
      wait()
    }, due - clock())
    timer.unref()
    const stop = (): void => clearTimeout(timer)
    signal.addEventListener('abort', stop, { once: true })
  }
  wait()
}
