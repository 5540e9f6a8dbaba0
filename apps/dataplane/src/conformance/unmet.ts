/** What a node does not meet yet, each with what it lacks: whole subjects, and single cases. */
export const unmet: ReadonlyMap<string, string> = new Map([
  ['health', 'nodes do not check health yet'],
  ['hmac-auth', 'nodes do not run hmac-auth yet'],
  ['jwt', 'nodes do not run jwt yet'],
  ['proxy-cache', 'nodes do not run proxy-cache yet'],
  ['response-ratelimiting', 'nodes do not run response-ratelimiting yet'],
  ['errors: 1.1 without Host', 'the answer to a malformed request names no server'],
  ['errors: Kong-made error towards a gRPC client', 'nodes carry no gRPC yet'],
  ['errors: gRPC content over HTTP/1.1', 'nodes carry no gRPC yet'],
  ['errors: non-gRPC request on a gRPC route', 'nodes carry no gRPC yet'],
  [
    'errors: untrusted X-Forwarded-Proto does not help',
    'a connection that the client wants closed stays open after a 426',
  ],
  ['errors: default type configurable; HEAD has no body', 'error_default_type does nothing yet'],
  [
    'response-headers: charset off leaves it alone; explicit charset always stays',
    'nginx_http_charset does nothing yet',
  ],
  ['response-headers: route identification only when allowed', 'there is no Kong-Debug yet'],
])
