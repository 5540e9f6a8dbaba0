/** As Kong words what a resolver answers. */
export function dnsError(code: string): string {
  return WORDS[code] ?? code
}

const WORDS: Readonly<Record<string, string>> = {
  EFORMERR: 'dns server error: 1 format error',
  ESERVFAIL: 'dns server error: 2 server failure',
  ENOTFOUND: 'dns server error: 3 name error',
  ENOTIMP: 'dns server error: 4 not implemented',
  EREFUSED: 'dns server error: 5 refused',
  ETIMEOUT: 'timeout',
  ECONNREFUSED: 'connection refused',
}
