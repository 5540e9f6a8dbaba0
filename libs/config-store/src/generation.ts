import { openTree, type Tree } from './tree.ts'
import { PinnedTreeView, TreeView } from './tree-view.ts'
import type { PinnedView } from './view.ts'

/** One open generation, closed once it is retired and the last view of it is released: closing under a view is a crash. */
export class Generation {
  readonly directory: string
  readonly tree: Tree
  readonly latest: TreeView
  readonly #pinned = new Set<PinnedView>()
  #retired = false
  #closed: Promise<void> | null = null

  constructor(directory: string, tree: Tree = openTree(directory)) {
    this.directory = directory
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
