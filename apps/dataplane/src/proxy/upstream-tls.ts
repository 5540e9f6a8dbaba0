import type { Service } from '@biplane/entities'
import type { PluginLog } from '@biplane/plugins/handlers'
import type { UpstreamTls } from '../engine/engine.ts'
import { shownPair } from '../runtime/certificates.ts'
import type { CompiledService } from '../runtime/compiled-service.ts'
import type { HttpSettings } from './http-settings.ts'
import type { Visit } from './visit.ts'

/** How connections for a service over TLS are made: as it says itself, and with its certificate, that of its upstream entity, or that of the node. */
export function upstreamTls(visit: Visit, { fields, scheme }: CompiledService): UpstreamTls | null {
  return scheme === 'https' || scheme === 'grpcs' ? tlsOf(visit, fields) : null
}

/** What of a request or a stream says how TLS is spoken to its upstream. */
export interface TlsSources extends Pick<Visit, 'runtime' | 'read'> {
  readonly environment: {
    readonly http: Pick<HttpSettings, 'client_pair'>
    readonly log: Pick<PluginLog, 'warn'>
  }
}

export function tlsOf(visit: TlsSources, fields: Service): UpstreamTls {
  const pair = pairOf(visit, fields)
  const authorities = authoritiesOf(visit, fields)
  return {
    verify: fields.tls_verify ?? false,
    depth: fields.tls_verify_depth ?? USUAL_DEPTH,
    authorities,
    pair,
  }
}

/** That of nginx, which Kong leaves as it is. */
const USUAL_DEPTH = 1

function pairOf(visit: TlsSources, { client_certificate: own, host }: Service): UpstreamTls['pair'] {
  const { balancers, certificates } = visit.runtime.parts
  const { http, log } = visit.environment
  const named = own ?? balancers.value.named(host)?.fields.client_certificate
  if (named) visit.read(certificates.revision)
  return shownPair(certificates.value, named, http.client_pair, log)
}

/** Those that are gone verify nothing, and others do not take their place. */
function authoritiesOf(visit: TlsSources, { ca_certificates: ids }: Service): UpstreamTls['authorities'] {
  if (ids === null || ids.length === 0) return null
  const { revision, value } = visit.runtime.parts.certificates
  visit.read(revision)
  return ids.flatMap((id) => value.authorities.get(id) ?? [])
}
