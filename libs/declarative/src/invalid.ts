import { DomainError, luaText, type Problem } from '@biplane/entities'
import { errorTree, type Fault } from './error-tree.ts'
import type { Item } from './outline.ts'

/** A fault of a document, and whose it is. */
export interface Blame extends Fault {
  readonly item?: Item
  /** What is said of the item, where the place tells it otherwise. */
  readonly said?: Problem
}

/** Why a document is refused. */
export interface Invalid {
  readonly faults: readonly Blame[]
  readonly items: readonly Item[]
  /** The ids that were derived, once the document got so far. */
  readonly derivedIds: ReadonlyMap<Item, string>
}

/** Kong's refusal of a document: code 14, its `fields` in the shape of the document. */
export function invalidConfig(faults: readonly Fault[]): DomainError {
  const fields = errorTree(faults)
  const message = `declarative config is invalid: ${luaText(fields)}`
  return new DomainError('invalid declarative configuration', message, fields)
}

/** The refusal of a text that is no document. */
export function unreadableConfig(problem: string): DomainError {
  return invalidConfig([{ at: ['error'], problem: `failed parsing declarative configuration: ${problem}` }])
}
