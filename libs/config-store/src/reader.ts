import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Generation } from './generation.ts'
import type { GenerationAddress } from './generation-address.ts'
import type { PinnedView } from './view.ts'

/** Reads a store that another thread of this process writes. */
export class Reader {
  #open: Generation[] = []

  /**
   * Pins the newest revision of a generation (`Store.generation`, or what `SnapshotWriter.seal` gave). A generation is
   * closed when another one was pinned since and its last view is released.
   */
  pin(generation: GenerationAddress): PinnedView {
    const current = this.#open.at(-1)
    const { directory } = generation
    if (current?.address.directory === directory) return current.pin()
    if (!existsSync(join(directory, 'data.mdb'))) throw new Error(`there is no generation at ${directory}`)
    const next = new Generation(generation)
    current?.retire()
    this.#open = [...this.#open.filter(({ closed }) => !closed), next]
    return next.pin()
  }

  /** Releases all views and closes what is open. */
  async close(): Promise<void> {
    for (const generation of this.#open.splice(0)) await generation.close()
  }
}

export function openReader(): Reader {
  return new Reader()
}
