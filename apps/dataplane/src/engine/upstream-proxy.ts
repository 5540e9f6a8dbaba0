import { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import httpProxy from 'http-proxy'
import type { UpstreamRequest, UpstreamTls } from './engine.ts'
import { placeOf } from './field-names.ts'
import type { PoolKey, UpstreamPools } from './upstream-pools.ts'

export interface UpstreamEvents {
  responded(response: IncomingMessage): void
  failed(error: Error): void
}

/**
 * Makes a request to an upstream over a connection of the pools. It is not begun: whoever asked sets it going by writing
 * its body or ending it. May fail several times; only the first one counts.
 *
 * @param headers all of them, the framing of the body included
 * @throws TypeError for a target or a header that cannot be written
 */
export type MakeRequest = (
  request: UpstreamRequest,
  headers: readonly string[],
  events: UpstreamEvents,
) => ClientRequest

/**
 * http-proxy sets these options of a request to nothing, and node:http copies all that are set three times. What is made from
 * this keeps none of them.
 */
const UNSET: object = Object.defineProperties(
  {},
  Object.fromEntries(
    ['hostname', 'socketPath', 'pfx', 'passphrase', 'ciphers', 'secureProtocol', 'localAddress'].map(
      (name) => [name, { set: () => undefined }],
    ),
  ),
)

/** One http-proxy for all requests of an engine. It makes requests and says what becomes of them; no byte goes through it. */
export function upstreamProxy(pools: UpstreamPools): MakeRequest {
  const proxy = httpProxy.createProxyServer<Source>({})
  // It asks for a client, whose request and answer are not its business here.
  const nobody = new Socket()
  const answer = new ServerResponse(new IncomingMessage(nobody))
  proxy.on('proxyRes', (response, source) => source.events.responded(response))
  return (request, headers, events) => {
    const { host, port, target: path, method, tls } = request
    const scheme = request.scheme === 'https' ? 'https' : 'http'
    const source = new Source(nobody, headers, events)
    const options = {
      target: { protocol: `${scheme}:`, host, port, path, ...materialOf(tls) },
      // The path of the source is not asked for, in two words.
      ignorePath: true,
      toProxy: true,
      method,
      agent: pools[scheme],
      ssl: Object.assign(Object.create(UNSET), poolKeyOf(tls)),
      secure: tls?.verify ?? false,
      selfHandleResponse: true,
    }
    proxy.web(source, answer, options, (error) => events.failed(error))
    const { outgoing } = source
    if (outgoing === undefined) throw new Error('http-proxy made no request')
    try {
      setHeaders(outgoing, headers)
    } catch (error) {
      outgoing.destroy()
      throw error
    }
    // http-proxy makes one slash of two; what node:http has found valid of the rest stays valid.
    outgoing.path = path
    return outgoing
  }
}

/** A text without a certificate; an empty one would stand for all that the platform trusts. */
const NOBODY = ' '

/** What TLS to an upstream is made with. Connections that are made with other certificates are others to the pools. */
export function materialOf(tls: UpstreamTls | null): { cert?: string; key?: string; ca?: string } {
  const { pair = null, authorities = null } = tls ?? {}
  return { ...pair, ...(authorities === null ? {} : { ca: authorities.join('\n') || NOBODY }) }
}

/** And those that are verified to another depth. */
function poolKeyOf(tls: UpstreamTls | null): PoolKey {
  return tls?.verify ? { verifyDepth: tls.depth } : {}
}

/**
 * What http-proxy takes for the client's request. It has no method, for http-proxy would declare a DELETE or OPTIONS to be
 * without a body; no headers but the Host that TLS asks for, for http-proxy turns their order round; and no body, for one
 * that begins to flow before the connection stands could not be sent again when that fails.
 */
class Source extends IncomingMessage {
  readonly events: UpstreamEvents
  outgoing: ClientRequest | undefined

  constructor(client: Socket, headers: readonly string[], events: UpstreamEvents) {
    super(client)
    const host = placeOf(headers, 'host')
    this.headers = host === -1 ? {} : { host: headers[host + 1] }
    this.events = events
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    if (destination instanceof ClientRequest) this.outgoing = destination
    return destination
  }
}

/** In their order and case; the lines of one name come together. */
function setHeaders(outgoing: ClientRequest, headers: readonly string[]): void {
  outgoing.removeHeader('host')
  for (let i = 0; i < headers.length; i += 2) outgoing.appendHeader(headers[i] ?? '', headers[i + 1] ?? '')
}
