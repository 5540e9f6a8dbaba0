import type { IncomingHttpHeaders } from 'node:http'

/** Of a request, the headers for another one that is made on its behalf: who asks, but neither what was sent nor on which conditions. */
export function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.test(name)))
}

const OWN = /^(content-|if-|transfer-encoding$|connection$|expect$|range$|te$|trailer$|upgrade$)/
