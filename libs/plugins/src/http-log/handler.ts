import type { JsonObject } from '@biplane/entities'
import { BatchQueue, queueSettings } from '../batch-queue.ts'
import { definePlugin } from '../define-plugin.ts'
import type { Facilities, Kept } from '../facilities.ts'
import { logEntry } from '../log-entry.ts'
import { streamLogEntry } from '../stream-log-entry.ts'
import { httpPost } from './post.ts'
import { type HttpLogConfig, httpLogSchema } from './schema.ts'

export const httpLog = definePlugin<HttpLogConfig>({
  name: httpLogSchema.name,
  priority: httpLogSchema.priority,
  create(config) {
    const key = `http-log:${JSON.stringify(config)}`
    const send = (entry: JsonObject, facilities: Facilities): void => {
      const queue = facilities.keep(key, () => new HttpLogQueue(config, facilities))
      queue.add(JSON.stringify(entry))
    }
    return {
      log: (context) => send(logEntry(context), context.facilities),
      stream: { log: (context) => send(streamLogEntry(context), context.facilities) },
    }
  },
})

class HttpLogQueue implements Kept {
  readonly #queue: BatchQueue
  readonly #post: ReturnType<typeof httpPost>

  constructor(config: HttpLogConfig, { log }: Facilities) {
    const post = httpPost(config)
    const settings = queueSettings(config.queue)
    const single = settings.max_batch_size === 1
    // With batches of one there is no array round it.
    const send = (entries: readonly string[]) =>
      post.send(single ? (entries[0] ?? '') : `[${entries.join(',')}]`)
    this.#queue = new BatchQueue('http-log', settings, send, log)
    this.#post = post
  }

  add(entry: string): void {
    this.#queue.add(entry)
  }

  async close(): Promise<void> {
    await this.#queue.close()
    this.#post.close()
  }
}
