import type { EntityRegistry, Kind } from '@biplane/entities'
import type { Keyring } from './keyring/keyring.ts'
import { type ReferenceColumn, type Table, tableOf } from './table.ts'

/** The tables of a registry's kinds. */
export class Tables {
  /** In topological order: what is referred to comes before what refers to it. Rows of several are locked in this order. */
  readonly all: readonly Table[]
  readonly #byKind: ReadonlyMap<Kind, Table>
  readonly #rank: ReadonlyMap<Kind, number>

  readonly keyring: Keyring

  constructor(registry: EntityRegistry, keyring: Keyring) {
    this.keyring = keyring
    this.all = registry.all.map((definition) => tableOf(definition, keyring))
    this.#byKind = new Map(this.all.map((table) => [table.kind, table]))
    this.#rank = new Map(this.all.map(({ kind }, i) => [kind, i]))
  }

  get(kind: Kind): Table | undefined {
    return this.#byKind.get(kind)
  }

  /** @throws Error for a kind that is not registered */
  of(kind: Kind): Table {
    const table = this.#byKind.get(kind)
    if (table === undefined) throw new Error(`the kind '${kind}' is not registered`)
    return table
  }

  /** References in the order of the kinds they name. */
  inOrder(references: readonly ReferenceColumn[]): readonly ReferenceColumn[] {
    const rank = ({ to }: ReferenceColumn) => this.#rank.get(to) ?? -1
    return references.toSorted((a, b) => rank(a) - rank(b))
  }
}
