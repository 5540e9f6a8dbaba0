import type { EntityDefinition } from './definition.ts'
import { acl } from './kinds/acl.ts'
import { acmeStorage } from './kinds/acme-storage.ts'
import { basicauthCredential } from './kinds/basicauth-credential.ts'
import { caCertificate } from './kinds/ca-certificate.ts'
import { certificate } from './kinds/certificate.ts'
import { clusteringDataPlane } from './kinds/clustering-data-plane.ts'
import { consumer } from './kinds/consumer.ts'
import { consumerGroup, consumerGroupMembership } from './kinds/consumer-group.ts'
import { expressionRoute } from './kinds/expression-route.ts'
import { filterChain } from './kinds/filter-chain.ts'
import { hmacauthCredential } from './kinds/hmacauth-credential.ts'
import { jwtSecret } from './kinds/jwt-secret.ts'
import { key } from './kinds/key.ts'
import { keySet } from './kinds/key-set.ts'
import { keyauthCredential } from './kinds/keyauth-credential.ts'
import { oauth2AuthorizationCode } from './kinds/oauth2-authorization-code.ts'
import { oauth2Credential } from './kinds/oauth2-credential.ts'
import { oauth2Token } from './kinds/oauth2-token.ts'
import { parameter } from './kinds/parameter.ts'
import { plugin } from './kinds/plugin.ts'
import { ratelimitingMetric } from './kinds/ratelimiting-metric.ts'
import { route, traditionalRoute } from './kinds/route.ts'
import { service } from './kinds/service.ts'
import { session } from './kinds/session.ts'
import { sni } from './kinds/sni.ts'
import { tag } from './kinds/tag.ts'
import { target } from './kinds/target.ts'
import { targetHealth } from './kinds/target-health.ts'
import { upstream } from './kinds/upstream.ts'
import { vault } from './kinds/vault.ts'
import { workspace } from './kinds/workspace.ts'

/** Every kind of entity there is: one line each. */
export const entityKinds: readonly EntityDefinition[] = [
  parameter,
  workspace,
  service,
  route,
  consumer,
  consumerGroup,
  consumerGroupMembership,
  plugin,
  keyauthCredential,
  certificate,
  sni,
  caCertificate,
  upstream,
  target,
  targetHealth,
  keySet,
  key,
  vault,
  basicauthCredential,
  hmacauthCredential,
  jwtSecret,
  acl,
  oauth2Credential,
  oauth2Token,
  oauth2AuthorizationCode,
  session,
  acmeStorage,
]

/** The ways in which routes may say what they match; the setting `router_flavor`. */
export const ROUTER_FLAVORS = ['traditional_compatible', 'traditional', 'expressions'] as const
export type RouterFlavor = (typeof ROUTER_FLAVORS)[number]

/** Every kind, routes as this flavour has them. */
export function entityKindsOf(flavor: RouterFlavor): readonly EntityDefinition[] {
  const own = ROUTES[flavor]
  return own === route ? entityKinds : entityKinds.map((kind) => (kind === route ? own : kind))
}

const ROUTES: Readonly<Record<RouterFlavor, EntityDefinition>> = {
  traditional_compatible: route,
  traditional: traditionalRoute,
  expressions: expressionRoute,
}

/** Kinds whose schema clients of Kong may ask for, though nothing of them is kept as an entity here. */
export const schemaOnlyKinds: readonly EntityDefinition[] = [
  filterChain,
  tag,
  ratelimitingMetric,
  clusteringDataPlane,
]
