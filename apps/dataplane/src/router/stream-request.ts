import type { RouteRequest } from './route-request.ts'

/** A stream as its router sees it. What is unknown matches no condition. */
export type StreamRequest = Pick<RouteRequest, 'sni' | 'source' | 'destination'> & {
  /** `tls` for what came to an address of TLS. */
  readonly scheme: 'tcp' | 'tls' | 'udp'
}

/** Streams are routed as requests are that have nothing of HTTP. */
export function asRequest({ scheme, sni, source, destination }: StreamRequest): RouteRequest {
  return {
    ...{ scheme, sni: sni?.toLowerCase(), source, destination },
    ...{ method: '', host: undefined, path: '', headerValues: none, queryValues: none },
  }
}

export function isStream({ scheme }: Pick<RouteRequest, 'scheme'>): boolean {
  return scheme !== 'http' && scheme !== 'https'
}

const none = () => []
