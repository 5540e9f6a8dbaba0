import type { Route, RouterFlavor } from '@biplane/entities'
import { RankedMatcher } from './compatible.ts'
import { expressionRoute, protocolTest } from './expressions.ts'
import type { Flavor } from './flavor.ts'
import type { RouteRequest } from './route-request.ts'
import { precedence } from './rule.ts'
import { RuleIndex } from './rule-index.ts'
import { compatibleRank, streamRoute, traditionalRank } from './stream-rules.ts'

/** How routes of streams say what they match, and which of those that match wins. */
export const streamFlavors: Readonly<Record<RouterFlavor, Flavor>> = {
  traditional: flavorOf(false, (fields) => streamRoute(fields, traditionalRank, transportTest(fields))),
  traditional_compatible: flavorOf(true, (fields) =>
    streamRoute(fields, compatibleRank, transportTest(fields)),
  ),
  expressions: flavorOf(true, (fields) => {
    const [isOfTransport, isOfProtocol] = [transportTest(fields), protocolTest(fields.protocols)]
    return expressionRoute(fields, (stream) => isOfTransport(stream) && isOfProtocol(stream))
  }),
}

function flavorOf(largerTieWins: boolean, compile: Flavor['compile']): Flavor {
  return { empty: new RankedMatcher(RuleIndex.empty(precedence(largerTieWins))), compile }
}

/** What Kong does not ask: datagrams go by routes for udp, and connections by others. */
function transportTest({ protocols }: Route): (stream: RouteRequest) => boolean {
  const takesDatagrams = protocols.includes('udp')
  const takesConnections = protocols.some((protocol) => protocol !== 'udp')
  return ({ scheme }) => (scheme === 'udp' ? takesDatagrams : takesConnections)
}
