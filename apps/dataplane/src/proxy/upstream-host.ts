/** The Host header towards an upstream: a port that is not the usual one of the scheme is named, and one in the host stays. */
export function upstreamHost(scheme: 'http' | 'https', host: string, port: number): string {
  if (/^([^:]+|\[.+\]):\d+$/.test(host)) return host
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return port === (scheme === 'https' ? 443 : 80) ? name : `${name}:${port}`
}
