import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

/** Far more than any module takes, also on a machine that is busy with a start. */
export const PATIENCE_MS = 60_000

/** What a file of somebody else's exports: the default export where there is one, else all exports; or why it cannot be loaded. */
export async function loadModule(
  file: string,
  patienceMs = PATIENCE_MS,
): Promise<{ readonly exported: unknown } | { readonly problem: string }> {
  try {
    if (file.endsWith('.json')) return { exported: JSON.parse(await readFile(file, 'utf8')) }
    const module: object = await inTime(import(/* @vite-ignore */ pathToFileURL(file).href), patienceMs)
    return { exported: 'default' in module ? module.default : module }
  } catch (error) {
    // The code is not ours: whatever it throws is what is wrong with it.
    return { problem: `${file} cannot be loaded: ${describeThrown(error)}` }
  }
}

/** A module may wait for what never comes, and a process that waits for it would neither start nor say why. */
async function inTime<T>(loading: Promise<T>, patienceMs: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`it is not there after ${patienceMs / 1000} seconds`)),
    patienceMs,
  )
  try {
    return await Promise.race([loading, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** One line of what was thrown, which may be anything. */
export function describeThrown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
