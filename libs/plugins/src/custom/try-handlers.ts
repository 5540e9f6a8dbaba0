import { Worker } from 'node:worker_threads'
import type { HandlerFile } from './load-handlers.ts'
import { describeThrown, PATIENCE_MS } from './load-module.ts'

/** Bundled for deployment, the program of the thread lies beside this one. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './try-entry.ts' : './try-entry.js', import.meta.url)

/**
 * All that is wrong with the handlers of custom plugins. They are loaded in a thread of their own, which then ends: code of
 * others may never come to an end, end its process, or leave a timer that fails, and it must not do so where the config is.
 *
 * @param patienceMs for each file; longer than the thread itself waits for one that pauses
 */
export async function tryHandlers(
  files: readonly HandlerFile[],
  patienceMs = 2 * PATIENCE_MS,
): Promise<readonly string[]> {
  if (files.length === 0) return []
  const problems: string[] = []
  let tried = 0
  const { promise: ended, resolve: end } = Promise.withResolvers<string | null>()
  const thread = new Worker(ENTRY, { workerData: files, name: 'biplane-plugins' })
  thread.on('message', (said: unknown) => {
    if (!isTried(said)) return
    problems.push(...said.problems)
    tried += 1
    timer.refresh()
    if (tried === files.length) end(null)
  })
  thread.on('error', (error) => end(describeThrown(error)))
  thread.on('exit', (code) => end(`it ended its thread, with code ${code}, before it was loaded`))
  const timer = setTimeout(() => end(`it is not loaded after ${patienceMs / 1000} seconds`), patienceMs)
  const fault = await ended
  clearTimeout(timer)
  await thread.terminate()
  const at = files[tried]
  return fault === null || at === undefined
    ? problems
    : [...problems, `'${at.name}' cannot be loaded: ${at.file}: ${fault}`]
}

/** What the thread says of one file. */
export interface Tried {
  readonly kind: 'biplane-tried'
  readonly problems: readonly string[]
}

/** Code of others may send messages too. */
function isTried(said: unknown): said is Tried {
  return typeof said === 'object' && said !== null && 'kind' in said && said.kind === 'biplane-tried'
}
