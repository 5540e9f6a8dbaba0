import { mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './durable.ts'
import type { GenerationAddress } from './generation-address.ts'
import { Refused, refuseFull } from './refusal.ts'
import { age, openTree, type Tree } from './tree.ts'
import { PinnedTreeView, TreeView } from './tree-view.ts'
import type { PinnedView } from './view.ts'

/** One open generation, closed once it is retired and the last view of it is released: closing under a view is a crash. */
export class Generation {
  readonly address: GenerationAddress
  readonly tree: Tree
  readonly latest: TreeView
  readonly #pinned = new Set<PinnedView>()
  #retired = false
  #closed: Promise<void> | null = null

  constructor(address: GenerationAddress, tree: Tree = openTree(address)) {
    this.address = address
    this.tree = tree
    this.latest = new TreeView(tree)
  }

  get closed(): boolean {
    return this.#closed !== null
  }

  pin(): PinnedView {
    const view: PinnedView = new PinnedTreeView(this.tree, () => {
      this.#pinned.delete(view)
      if (this.#retired && this.#pinned.size === 0) this.#close()
    })
    this.#pinned.add(view)
    return view
  }

  /**
   * Writes a copy that has no free pages, syncs it to disk and opens it. What random ids leave behind while a snapshot is
   * written, thousands of scattered free pages, would make every later commit slow.
   *
   * @throws Refused when the disk is full
   */
  async compactTo(directory: string): Promise<Generation> {
    mkdirSync(directory, { mode: 0o700 })
    try {
      await this.tree.copyTo(directory)
    } catch (error) {
      // All that can fail here is writing, and the error of the copying thread carries no code.
      throw new Refused(
        refuseFull(
          `the store cannot be written, the disk is full or fails: ${error instanceof Error ? error.message : error}`,
        ),
      )
    }
    const file = await open(join(directory, 'data.mdb'), 'r+')
    await file
      .chmod(0o600)
      .then(() => file.datasync())
      .finally(() => file.close())
    syncDirectory(directory)
    const copy = new Generation({ ...this.address, directory })
    try {
      age(copy.tree)
    } catch (error) {
      await copy.close()
      throw error
    }
    return copy
  }

  /** No more views are wanted: closes now, or with the last release. */
  retire(): void {
    this.#retired = true
    if (this.#pinned.size === 0) this.#close()
  }

  /** Releases all views and closes. */
  async close(): Promise<void> {
    this.retire()
    for (const view of this.#pinned) view.release()
    await this.#closed
  }

  #close(): void {
    this.#closed ??= this.tree.close()
  }
}
