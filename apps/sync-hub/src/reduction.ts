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
