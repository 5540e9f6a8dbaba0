/** How long somebody waits who only wants to know what is known. */
const PATIENCE_MS = 1_000

/** What is known, or will be in a moment; undefined where that takes too long. */
export async function inTime<T>(wanted: T | Promise<T>): Promise<T | undefined> {
  if (!(wanted instanceof Promise)) return wanted
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
  try {
    return await Promise.race([wanted, late])
  } finally {
    clearTimeout(timer)
  }
}
