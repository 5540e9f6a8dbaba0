/** What an upstream saw of a request, as it tells in its answer. */
export interface Seen {
  /** Where it listens. */
  readonly port: number
  readonly id: string | null
  readonly method: string
  readonly path: string
  readonly consumer: string | null
  readonly marked: string | null
  readonly bytes: number
  readonly digest: string
}
