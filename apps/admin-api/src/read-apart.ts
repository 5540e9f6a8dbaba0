import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { readText } from '@biplane/declarative'

/** Below it, a text takes less than a fifth of a second, and a thread costs more than it spares. UTF-16 code units. */
const LONG = 128 * 1024

/** Bundled for deployment, the thread's program lies beside this one. */
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './reading-thread.ts' : './reading-thread.js',
  import.meta.url,
)

/**
 * `readText`, for a long text in a thread of its own: YAML takes a second for each megabyte, and meanwhile this process
 * answers other requests and the hubs that follow it.
 */
export async function readApart(text: string): Promise<ReturnType<typeof readText>> {
  if (text.length <= LONG) return readText(text)
  const thread = new Worker(THREAD, { workerData: text, name: 'biplane-reading' })
  const [reading] = await once(thread, 'message')
  return reading
}
