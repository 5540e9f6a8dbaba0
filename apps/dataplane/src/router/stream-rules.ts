import type { Route } from '@biplane/entities'
import { listOf } from './attributes.ts'
import { type EndpointEntry, endpointSign, endpointTest, exactness } from './endpoints.ts'
import { noExpression } from './other-flavor.ts'
import type { CompiledRoute, Rule, Sign } from './rule.ts'
import { DESTINATION_IP, DESTINATION_PORT, SNI, SOURCE_IP, SOURCE_PORT } from './rule-set.ts'

/** What a rule asks for of a stream; an empty list is no condition. */
interface StreamConditions {
  /** In lower case, without the dot at the end. */
  readonly snis: readonly string[]
  readonly sources: readonly EndpointEntry[]
  readonly destinations: readonly EndpointEntry[]
}

type RankOf = (rule: StreamConditions, route: StreamConditions, fields: Route) => readonly number[]

/**
 * A route by server names, sources and destinations. It is one rule for each exactness of its sources with each of its
 * destinations, as an exact address of a route can win while a range of it loses.
 */
export function streamRoute(fields: Route, rankOf: RankOf, isOfTransport: Rule['accepts']): CompiledRoute {
  if (typeof fields.expression === 'string') throw noExpression()
  const rules: Rule[] = []
  const route: CompiledRoute = { fields, pathHandling: 'v0', rules }
  const all: StreamConditions = {
    snis: listOf(fields.snis).map((sni) => sni.replace(/(?<=.)\.$/, '').toLowerCase()),
    sources: listOf(fields.sources),
    destinations: listOf(fields.destinations),
  }
  for (const sources of byExactness(all.sources))
    for (const destinations of byExactness(all.destinations)) {
      const conditions = { snis: all.snis, sources, destinations }
      rules.push({
        ...{ route, tie: fields.id, number: rules.length, rank: rankOf(conditions, all, fields) },
        ...{ hosts: [''], path: { kind: 'prefix', text: '', isCondition: false } },
        ...{ sign: signOf(conditions), accepts: testOf(conditions, isOfTransport) },
      })
    }
  return route
}

/** More attributes first, of as many the server name and then the source; then the more exact, and then the older. */
export function traditionalRank(
  { snis, sources, destinations }: StreamConditions,
  _: StreamConditions,
  { created_at }: Route,
): readonly number[] {
  const bits = (snis.length > 0 ? 4 : 0) + (sources.length > 0 ? 2 : 0) + (destinations.length > 0 ? 1 : 0)
  const count = [snis, sources, destinations].filter(({ length }) => length > 0).length
  return [count, bits, exactnessOf(sources), exactnessOf(destinations), -created_at]
}

/** A server name counts as much as source and destination together; then the most exact of all that the route names. */
export function compatibleRank(
  _: StreamConditions,
  { snis, sources, destinations }: StreamConditions,
): readonly number[] {
  const isStrong = snis.length > 0 || (sources.length > 0 && destinations.length > 0)
  return [isStrong ? 1 : 0, exactnessOf(sources), exactnessOf(destinations)]
}

function exactnessOf(entries: readonly EndpointEntry[]): number {
  return entries.reduce((all, entry) => all | exactness(entry), 0)
}

function byExactness(entries: readonly EndpointEntry[]): readonly (readonly EndpointEntry[])[] {
  if (entries.length === 0) return [[]]
  return [...Map.groupBy(entries, exactness).values()]
}

/** Which streams may fit: by their server name, or else by the side of which most is known. */
function signOf({ snis, sources, destinations }: StreamConditions): Sign | null {
  if (snis.length > 0) return { name: SNI, values: [...new Set(snis)] }
  const [source, destination] = [endpointSign(sources), endpointSign(destinations)]
  if (source?.of === 'ip') return { name: SOURCE_IP, values: source.values }
  if (destination !== null)
    return { name: destination.of === 'ip' ? DESTINATION_IP : DESTINATION_PORT, values: destination.values }
  return source === null ? null : { name: SOURCE_PORT, values: source.values }
}

function testOf(conditions: StreamConditions, isOfTransport: Rule['accepts']): Rule['accepts'] {
  const snis = new Set(conditions.snis)
  const isSource = endpointTest(conditions.sources)
  const isDestination = endpointTest(conditions.destinations)
  return (stream) =>
    isOfTransport(stream) &&
    // Also of tcp: who sends no server name asks for none of these.
    (snis.size === 0 || (stream.sni !== undefined && snis.has(stream.sni))) &&
    isSource(stream.source) &&
    isDestination(stream.destination)
}
