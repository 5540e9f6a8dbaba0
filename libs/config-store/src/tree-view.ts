import type { Kind } from '@biplane/entities'
import type { Position } from '@biplane/protocol'
import type { GetOptions, RangeOptions, Transaction } from 'lmdb'
import {
  entityKey,
  entityRange,
  fromEntityKey,
  isKeyable,
  listRange,
  POSITION_KEY,
  uniqueKey,
} from './records.ts'
import { fromPositionRecord, type Tree } from './tree.ts'
import type { ConfigView, PinnedView, StoredEntity } from './view.ts'

/** The newest revision of a tree, or the one that a read transaction is pinned at. */
export class TreeView implements ConfigView {
  readonly #tree: Tree
  readonly #options: GetOptions & RangeOptions

  constructor(tree: Tree, transaction?: Transaction) {
    this.#tree = tree
    this.#options = transaction === undefined ? {} : { transaction }
  }

  get position(): Position {
    return fromPositionRecord(this.#tree.get(POSITION_KEY, this.#options))
  }

  get(kind: Kind, id: string): Uint8Array | undefined {
    return isKeyable(kind, id) ? this.#tree.get(entityKey(kind, id), this.#options) : undefined
  }

  lookup(kind: Kind, field: string, value: string): string | undefined {
    return this.#tree.get(uniqueKey(this.#tree.cipher, kind, field, value), this.#options)?.toString()
  }

  *list(kind: Kind, field: string, value: string): Iterable<string> {
    const range = listRange(this.#tree.cipher, kind, field, value)
    for (const { value: id } of this.#tree.range(range, this.#options)) yield id.toString()
  }

  *entities(kind?: Kind): Iterable<StoredEntity> {
    for (const { key, value: bytes } of this.#tree.range(entityRange(kind), this.#options))
      yield { ...fromEntityKey(key), bytes }
  }
}

/** A view of one revision, and the end of it. */
export class PinnedTreeView implements PinnedView {
  readonly position: Position
  #view: TreeView | null
  readonly #release: () => void

  constructor(tree: Tree, onRelease: () => void) {
    const transaction = tree.pin()
    this.#view = new TreeView(tree, transaction)
    this.position = this.#view.position
    this.#release = () => {
      transaction.done()
      onRelease()
    }
  }

  get(kind: Kind, id: string): Uint8Array | undefined {
    return this.#open.get(kind, id)
  }

  lookup(kind: Kind, field: string, value: string): string | undefined {
    return this.#open.lookup(kind, field, value)
  }

  list(kind: Kind, field: string, value: string): Iterable<string> {
    return this.#open.list(kind, field, value)
  }

  entities(kind?: Kind): Iterable<StoredEntity> {
    return this.#open.entities(kind)
  }

  release(): void {
    if (this.#view === null) return
    this.#view = null
    this.#release()
  }

  get #open(): TreeView {
    if (this.#view === null) throw new Error('this view of the config was released')
    return this.#view
  }
}
