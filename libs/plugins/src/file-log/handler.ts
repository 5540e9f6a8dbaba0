import { type FileHandle, open } from 'node:fs/promises'
import type { JsonObject } from '@biplane/entities'
import { BatchQueue } from '../batch-queue.ts'
import { definePlugin } from '../define-plugin.ts'
import type { Facilities, Kept } from '../facilities.ts'
import { logEntry } from '../log-entry.ts'
import { streamLogEntry } from '../stream-log-entry.ts'
import { type FileLogConfig, fileLogSchema } from './schema.ts'

export const fileLog = definePlugin<FileLogConfig>({
  name: fileLogSchema.name,
  priority: fileLogSchema.priority,
  create(config) {
    const key = `file-log:${config.reopen}:${config.path}`
    const write = (entry: JsonObject, facilities: Facilities): void => {
      const file = facilities.keep(key, () => new LogFile(config, facilities))
      file.add(`${JSON.stringify(entry)}\n`)
    }
    return {
      log: (context) => write(logEntry(context), context.facilities),
      stream: { log: (context) => write(streamLogEntry(context), context.facilities) },
    }
  },
})

/** As soon as it can be written; what cannot be is lost, and the log is told. */
const QUEUE = {
  max_batch_size: 1000,
  max_coalescing_delay: 0,
  max_entries: 100_000,
  max_bytes: 64 * 1024 * 1024,
  max_retry_time: 0,
  initial_retry_delay: 0.01,
  max_retry_delay: 1,
}

/** A file that all workers append to: what is written at once stays together. */
class LogFile implements Kept {
  readonly #config: FileLogConfig
  readonly #queue: BatchQueue
  #handle: FileHandle | null = null

  constructor(config: FileLogConfig, { log }: Facilities) {
    this.#config = config
    this.#queue = new BatchQueue('file-log', QUEUE, (lines) => this.#append(lines), log)
  }

  add(line: string): void {
    this.#queue.add(line)
  }

  async close(): Promise<void> {
    await this.#queue.close()
    await this.#closeFile()
  }

  async #append(lines: readonly string[]): Promise<void> {
    this.#handle ??= await open(this.#config.path, 'a', 0o644)
    let isWritten = false
    try {
      await this.#handle.appendFile(lines.join(''))
      isWritten = true
    } finally {
      // What failed once may be another file by now, on a disk that is back.
      if (this.#config.reopen || !isWritten) await this.#closeFile()
    }
  }

  async #closeFile(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }
}
