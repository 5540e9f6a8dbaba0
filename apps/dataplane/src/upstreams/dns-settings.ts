export type RecordType = 'SRV' | 'A' | 'AAAA'

/** How names are resolved; seconds, as in the settings of the same names. */
export interface DnsSettings {
  /** Servers with their ports; empty for those of the system. */
  readonly dns_resolver: readonly string[]
  readonly dns_hostsfile: string
  /** What is asked for, in turn, until there is an answer; LAST is what answered last. */
  readonly dns_order: readonly (RecordType | 'LAST' | 'CNAME')[]
  /** How long answers are taken to hold, whatever they say; null for what they say. */
  readonly dns_valid_ttl: number | null
  /** How long an answer that no longer holds is used while it is asked for anew. */
  readonly dns_stale_ttl: number
  readonly dns_not_found_ttl: number
  readonly dns_error_ttl: number
  /** Whether everybody who asks for a name that is not known has it asked for. */
  readonly dns_no_sync: boolean
  /** How many names are remembered. */
  readonly dns_cache_size: number
}
