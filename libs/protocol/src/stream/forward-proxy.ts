import http, { type IncomingMessage, STATUS_CODES } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { untilAborted } from './until-aborted.ts'

/** A proxy through which a follower reaches its sources, by HTTP CONNECT. */
export interface ForwardProxy {
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** For Basic authentication; null where it asks for none. */
  readonly credentials: { readonly user: string; readonly password: string } | null
  /** How its certificate is judged; null for a proxy that is spoken to without TLS. */
  readonly tls: {
    readonly verify: boolean
    /** PEM, one each. */
    readonly authorities: readonly string[]
  } | null
}

export interface TunnelOptions {
  readonly proxy: ForwardProxy
  /** `host:port` of the source. The proxy resolves the name. */
  readonly to: string
  readonly withinMs: number
  /** Aborts when the tunnel is no longer wanted. */
  readonly signal: AbortSignal
}

/** `host:port`: all of a proxy that may be logged. */
export function nameOf({ host, port }: ForwardProxy): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * Makes a connection to a proxy one to a source. What is said over it is between follower and source: the proxy sees
 * TLS that is not its own.
 *
 * @param socket connected to the proxy; destroyed where there is no tunnel
 * @throws with a sentence for an operator, which holds no credentials
 */
export async function openTunnel(socket: Socket, options: TunnelOptions): Promise<Socket> {
  const { proxy, to, withinMs, signal } = options
  const late = new AbortController()
  const give = () => late.abort(new Error(`the proxy ${nameOf(proxy)} opened no tunnel to ${to} in time`))
  const timer = setTimeout(give, withinMs)
  try {
    return await untilAborted(AbortSignal.any([signal, late.signal]), dial(socket, options))
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function dial(socket: Socket, { proxy, to }: TunnelOptions): Promise<Socket> {
  const line = proxy.tls === null ? socket : await secured(socket, proxy, proxy.tls)
  // A proxy may go at any moment, also when nobody listens for that.
  for (const each of [socket, line]) each.on('error', () => each.destroy())
  return connected(line, proxy, to)
}

function secured(
  socket: Socket,
  proxy: ForwardProxy,
  { verify, authorities }: NonNullable<ForwardProxy['tls']>,
): Promise<Socket> {
  const { host } = proxy
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const line = connectTls({
    socket,
    host,
    // An IP address is no name that may be asked for.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
    ca: [...authorities],
    rejectUnauthorized: verify,
  })
  line.once('secureConnect', () => resolve(line))
  line.once('error', (cause) =>
    reject(new Error(`no TLS with the proxy ${nameOf(proxy)}: ${cause.message}`, { cause })),
  )
  return promise
}

/** Node's own client reads the answer, however it is cut: it takes nothing that is no HTTP, and no endless head. */
function connected(line: Socket, proxy: ForwardProxy, to: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const request = http.request({
    method: 'CONNECT',
    path: to,
    setHost: false,
    headers: { host: to, connection: 'keep-alive', ...authorization(proxy) },
    createConnection: () => line,
  })
  request.once('connect', (response, _line, early) => {
    const refusal = refusalOf(response, early, proxy, to)
    if (refusal === null) resolve(line)
    else reject(new Error(refusal))
  })
  request.on('error', (cause: NodeJS.ErrnoException) => {
    const what = cause.code?.startsWith('HPE_') ? 'did not answer in HTTP' : 'closed the connection'
    reject(new Error(`the proxy ${nameOf(proxy)} ${what}, asked for ${to}: ${cause.message}`, { cause }))
  })
  request.end()
  return promise
}

function authorization({ credentials }: ForwardProxy): http.OutgoingHttpHeaders {
  if (credentials === null) return {}
  const { user, password } = credentials
  return {
    'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  }
}

/** Null where the proxy leads to the source. */
function refusalOf(
  { statusCode = 0 }: IncomingMessage,
  early: Buffer,
  proxy: ForwardProxy,
  to: string,
): string | null {
  const name = `the proxy ${nameOf(proxy)}`
  if (statusCode >= 200 && statusCode < 300) {
    // A source waits to be spoken to: this is not from it.
    return early.length === 0
      ? null
      : `${name} sent ${early.length} bytes of its own into the tunnel to ${to}`
  }
  const answer = `${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trim()
  switch (statusCode) {
    case 401:
    case 407:
      return `${name} does not accept user and password of proxy_server (${answer})`
    case 403:
    case 405:
      return `${name} does not allow a tunnel to ${to} (${answer})`
    case 502:
    case 503:
    case 504:
      return `${name} cannot reach ${to} (${answer})`
    default:
      return `${name} refused a tunnel to ${to} (${answer})`
  }
}
