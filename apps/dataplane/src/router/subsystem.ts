const STREAM_PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'tls', 'udp', 'tls_passthrough'])

/** Whether any of these protocols is one of streams. Routes and services have such, or those of requests; plugins both. */
export function isOfStreams(protocols: readonly string[]): boolean {
  return protocols.some((protocol) => STREAM_PROTOCOLS.has(protocol))
}

/** Whether any of these protocols is one of requests. */
export function isOfRequests(protocols: readonly string[]): boolean {
  return protocols.some((protocol) => !STREAM_PROTOCOLS.has(protocol))
}
