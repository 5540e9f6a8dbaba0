import type { Entity } from '@biplane/entities'

export interface ListQuery {
  /** 1 to 1000. */
  readonly size: number
  /** From an earlier page: unpadded base64 of a JSON array that holds the id of the first row. */
  readonly offset?: string
  /** Only those that carry all, or any, of the tags. */
  readonly tags?: { readonly match: 'all' | 'any'; readonly of: readonly string[] }
  /** Only those whose reference field has this id (`{ service: '…' }`). */
  readonly references?: Readonly<Record<string, string>>
  /** Only those whose unique field has this value (`{ custom_id: '…' }`). */
  readonly where?: Readonly<Record<string, string>>
}

export interface Page {
  readonly rows: readonly Entity[]
  /** Where the next page starts; absent on the last one. */
  readonly offset?: string
}
