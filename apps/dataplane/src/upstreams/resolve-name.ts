import type { DnsQuestions, HostRecord } from './dns-questions.ts'
import type { RecordType } from './dns-settings.ts'
import type { LocalNames } from './hosts-file.ts'
import { candidates, type SearchList } from './search-list.ts'

/** One place that a name leads to. */
export interface Place {
  readonly ip: string
  /** Where the record says so; null for the one that was asked with. */
  readonly port: number | null
  /** The same. */
  readonly weight: number | null
  /** The name in the SRV record. */
  readonly host: string | null
}

export type Answer =
  | {
      readonly kind: 'found'
      readonly places: readonly Place[]
      /** What was asked for. */
      readonly type: RecordType
      /** Seconds; infinite for what DNS has no say in. */
      readonly ttl: number
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly reason: string }

export interface NameSources {
  readonly questions: DnsQuestions
  readonly hosts: ReadonlyMap<string, LocalNames>
  readonly search: SearchList
}

/** Finds where a name leads. @param types in the order in which they are asked for */
export async function resolveName(
  name: string,
  types: readonly RecordType[],
  sources: NameSources,
): Promise<Answer> {
  const local = localAnswer(name.toLowerCase(), types, sources)
  if (local !== undefined) return local
  let failure: Answer | undefined
  for (const type of types)
    for (const candidate of candidates(name, sources.search)) {
      const answer = await ask(candidate, type, types, sources)
      if (answer.kind === 'found') return answer
      if (answer.kind !== 'failed') continue
      // A server that is not there does not answer the next question either.
      if (UNREACHABLE.has(answer.reason)) return answer
      failure ??= answer
    }
  return failure ?? { kind: 'not-found' }
}

const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME'])
const UNREACHABLE = new Set(['ETIMEOUT', 'ECONNREFUSED'])

/** The hosts file, and the names that no server is to be asked for (RFC 6761). */
function localAnswer(name: string, types: readonly RecordType[], { hosts }: NameSources): Answer | undefined {
  const loopback = /^(.*\.)?localhost\.?$/.test(name) ? { v4: ['127.0.0.1'], v6: ['::1'] } : undefined
  const known = hosts.get(name) ?? loopback
  if (known !== undefined) {
    // Both are asked for here: what has only an IPv6 address in the file would not be found elsewhere.
    const type = types.find((one) => (one === 'AAAA' ? known.v6 : one === 'A' ? known.v4 : []).length > 0)
    const ips = (type ?? (known.v4.length > 0 ? 'A' : 'AAAA')) === 'A' ? known.v4 : known.v6
    return found(ips.map(placeAt), type ?? 'A', Number.POSITIVE_INFINITY)
  }
  return /(^|\.)invalid\.?$/.test(name) ? { kind: 'not-found' } : undefined
}

async function ask(
  name: string,
  type: RecordType,
  types: readonly RecordType[],
  sources: NameSources,
): Promise<Answer> {
  const { questions } = sources
  try {
    switch (type) {
      case 'A':
        return hostsFound(await questions.a(name), type)
      case 'AAAA':
        return hostsFound(await questions.aaaa(name), type)
      case 'SRV':
        return await services(name, types, sources)
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const reason = String(error.code)
    return ABSENT.has(reason) ? { kind: 'not-found' } : { kind: 'failed', reason }
  }
}

function hostsFound(records: readonly HostRecord[], type: RecordType): Answer {
  if (records.length === 0) return { kind: 'not-found' }
  return found(
    records.map(({ ip }) => placeAt(ip)),
    type,
    Math.min(...records.map(({ ttl }) => ttl)),
  )
}

/**
 * Those of the first priority, with the addresses of their hosts. Node does not tell for how long SRV records hold: it is
 * taken to be as long as the addresses do.
 */
async function services(name: string, types: readonly RecordType[], sources: NameSources): Promise<Answer> {
  const records = await sources.questions.srv(name)
  const first = Math.min(...records.map(({ priority }) => priority))
  const top = records.filter(({ priority }) => priority === first)
  const hostTypes = types.filter((type) => type !== 'SRV')
  const whole = { ...sources, search: { domains: [], ndots: 0 } }
  const answers = await Promise.all(top.map((record) => hostOf(record.name, hostTypes, whole)))
  const hosts = answers.filter((answer) => answer.kind === 'found')
  if (hosts.length === 0) return answers[0] ?? { kind: 'not-found' }
  const places = answers.flatMap((answer, i) => {
    const record = top[i]
    if (answer.kind !== 'found' || record === undefined) return []
    const { port, weight, name: host } = record
    return answer.places.map(({ ip }) => ({
      ip,
      port: port === 0 ? null : port,
      weight: Math.max(1, weight),
      host,
    }))
  })
  return found(places, 'SRV', Math.min(...hosts.map(({ ttl }) => ttl)))
}

async function hostOf(name: string, types: readonly RecordType[], sources: NameSources): Promise<Answer> {
  return resolveName(name, types.length > 0 ? types : ['A'], sources)
}

function placeAt(ip: string): Place {
  return { ip, port: null, weight: null, host: null }
}

function found(places: readonly Place[], type: RecordType, ttl: number): Answer {
  return { kind: 'found', places, type, ttl }
}
