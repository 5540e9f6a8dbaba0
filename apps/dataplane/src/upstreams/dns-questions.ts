import { Resolver } from 'node:dns/promises'
import type { DnsSettings } from './dns-settings.ts'

/** One record of an answer. SRV records name a host, the others an address. */
export interface HostRecord {
  readonly ip: string
  /** Seconds. */
  readonly ttl: number
}

export interface ServiceRecord {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
}

/** What can be asked of DNS. Rejects with an error that has a `code`, as those of `node:dns`. */
export interface DnsQuestions {
  a(name: string): Promise<readonly HostRecord[]>
  aaaa(name: string): Promise<readonly HostRecord[]>
  srv(name: string): Promise<readonly ServiceRecord[]>
}

const TIMEOUT_MS = 2000
const TRIES = 2

/** Asks the servers of the settings, or those of the system. */
export function dnsQuestions({ dns_resolver: servers }: Pick<DnsSettings, 'dns_resolver'>): DnsQuestions {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  if (servers.length > 0) resolver.setServers(servers)
  const records = ({ address, ttl }: { address: string; ttl: number }): HostRecord => ({ ip: address, ttl })
  return {
    a: async (name) => (await resolver.resolve4(name, { ttl: true })).map(records),
    aaaa: async (name) => (await resolver.resolve6(name, { ttl: true })).map(records),
    srv: (name) => resolver.resolveSrv(name),
  }
}
