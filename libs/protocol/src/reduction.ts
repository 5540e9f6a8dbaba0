import type { WithheldReason } from './update.ts'

/** One thing that newer software is told of entities and older is not, for an operator. */
export interface Reduction {
  /** A kind (`services`), or a kind and a name (`plugins/session`). */
  readonly on: string
  /** What older nodes get instead: `tls_verify removed`. */
  readonly effect: string
  /** The first release that is told. */
  readonly since: string
  /** `security` where it leaves the node less secure. */
  readonly severity: 'notice' | 'security'
  /** Of how many entities. */
  readonly entities: number
  /** Of the first of them. */
  readonly ids: readonly string[]
}

/** What a node's software understands, as its hub judged it. */
export interface Understanding {
  /** The first release with something that the node is too old for; null if it gets all there is. */
  readonly before: string | null
  /** Why it gets no config with a plugin, for each plugin of the control plane that it cannot run: the plugin is the `subject`. */
  readonly lacks: readonly WithheldReason[]
  /** Whether its hub withholds what would leave it less secure. */
  readonly refusesInsecure: boolean
  /** Kinds of entities that it does not know, though others of its version do; absent from a hub of an earlier release. */
  readonly unknownKinds?: readonly string[]
}
