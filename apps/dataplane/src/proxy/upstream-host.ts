import type { UpstreamScheme } from '../engine/engine.ts'

/** The Host header towards an upstream: a port that is not the usual one of the scheme is named, and one in the host stays. */
export function upstreamHost(scheme: UpstreamScheme, host: string, port: number): string {
  if (/^([^:]+|\[.+\]):\d+$/.test(host)) return host
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const usual = scheme === 'https' || scheme === 'grpcs' ? 443 : 80
  return port === usual ? name : `${name}:${port}`
}
