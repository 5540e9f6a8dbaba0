import { setTimeout as pause } from 'node:timers/promises'

/**
 * Repeats a check until it stops throwing, and gives its value.
 *
 * @throws the check's last error after `withinMs`
 */
export async function eventually<T>(
  check: () => Promise<T> | T,
  withinMs = 60_000,
  everyMs = 10,
): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await pause(everyMs)
  }
}
