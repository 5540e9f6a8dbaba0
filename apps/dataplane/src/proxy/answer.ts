import type { Verdict } from '@biplane/plugins/handlers'
import type { IncomingRequest, ResponseBody, UpstreamResponse } from '../engine/engine.ts'
import { errorPage } from './error-page.ts'
import { callStatus, isCall, namesGrpc, statusHeaders, verdictMessage } from './grpc.ts'
import { HeaderBlock } from './header-block.ts'
import { type ClientWishes, stripResponseHops } from './hop-by-hop.ts'
import type { HttpSettings } from './http-settings.ts'

/** What goes to the client, before response plugins have seen it. */
export interface Answer {
  readonly status: number
  readonly reason?: string
  readonly headers: HeaderBlock
  readonly body: ResponseBody
  /** Who made it; a failure of the upstream is told by the gateway, but counts as proxied. */
  readonly origin: 'gateway' | 'upstream' | 'upstream-failure'
}

const encoder = new TextEncoder()

/** Whom an error page is for, and how pages look. */
export interface Asker {
  readonly headers: HeaderBlock
  readonly version: IncomingRequest['version']
  readonly http: HttpSettings
}

/** An error of the gateway itself, in the format that the client accepts. */
export function gatewayError(status: number, message: string, { headers, http, version }: Asker): Answer {
  if (isCall(headers, version)) return callError(status, null, 'gateway')
  const { contentType, body } = errorPage(joined(headers, 'accept'), message, http)
  return bytesAnswer(status, body, new HeaderBlock(['Content-Type', contentType]), 'gateway')
}

/** An error that the connection to the upstream or the client caused. */
export function serverError(
  status: number,
  message: string,
  { headers, http, version }: Asker,
  origin: 'gateway' | 'upstream-failure',
): Answer {
  const wanted = joined(headers, 'accept') ?? headers.get('content-type') ?? ''
  if (namesGrpc(wanted) || isCall(headers, version)) return callError(status, message, origin)
  const page = errorPage(wanted === '' ? http.error_default_type : wanted, message, http)
  return bytesAnswer(status, page.body, new HeaderBlock(['Content-Type', page.contentType]), origin)
}

/** A call of gRPC that ends with this code, though all is well in HTTP. */
export function callAnswer(code: number, message: string): Answer {
  return bytesAnswer(200, '', statusHeaders(code, message), 'gateway')
}

/** A plugin's early answer. What cannot stand in a header is escaped, as where plugins set one. */
export function verdictAnswer(verdict: Verdict, asker: Asker): Answer {
  const headers = new HeaderBlock()
  for (const [name, value] of Object.entries(verdict.headers ?? {})) headers.add(name, value)
  if (isCall(asker.headers, asker.version)) return callVerdict(verdict, headers)
  const { contentType, body } = contentOf(verdict, asker)
  if (contentType !== null && !headers.has('content-type')) headers.add('Content-Type', contentType)
  return bytesAnswer(verdict.status, body, headers, 'gateway')
}

/** How a call of gRPC ended that the gateway answers: all of it is in the head. */
function callError(status: number, message: string | null, origin: Answer['origin']): Answer {
  return bytesAnswer(status, '', callStatus(status, message), origin)
}

/** A plugin that speaks gRPC itself has said how the call ended; what another says is its message. */
function callVerdict(verdict: Verdict, headers: HeaderBlock): Answer {
  const { body } = 'error' in verdict ? {} : verdict
  const isOwn =
    namesGrpc(headers.get('content-type')) && (typeof body === 'string' || body instanceof Uint8Array)
  for (const [name, value] of callStatus(verdict.status, verdictMessage(verdict)).entries())
    if (name === 'content-type' || !headers.has(name)) headers.set(name, value)
  return bytesAnswer(verdict.status, isOwn ? body : '', headers, 'gateway')
}

function contentOf(
  verdict: Verdict,
  { headers, http }: Asker,
): { readonly contentType: string | null; readonly body: string | Uint8Array } {
  if ('error' in verdict) return errorPage(joined(headers, 'accept'), verdict.error, http)
  const { body = '' } = verdict
  return typeof body === 'string' || body instanceof Uint8Array
    ? { contentType: null, body }
    : { contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) }
}

/** An upstream's response, passed on without what it said to this hop only. */
export function upstreamAnswer(response: UpstreamResponse, wishes: ClientWishes): Answer {
  const headers = new HeaderBlock(response.headers)
  stripResponseHops(headers, wishes)
  if (response.status === 101) {
    headers.set('Connection', 'upgrade')
    headers.set('Upgrade', 'websocket')
  }
  const { status, reason } = response
  return { status, reason, headers, body: { kind: 'upstream', response }, origin: 'upstream' }
}

function bytesAnswer(
  status: number,
  body: string | Uint8Array,
  headers: HeaderBlock,
  origin: Answer['origin'],
): Answer {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  return { status, headers, body: { kind: 'bytes', bytes }, origin }
}

function joined(headers: HeaderBlock, name: string): string | undefined {
  const values = headers.getAll(name)
  return values.length === 0 ? undefined : values.join(',')
}

/** What Kong's server takes for text when it adds the charset that is missing. */
const TEXT = new Set([
  'text/html',
  'text/xml',
  'text/plain',
  'text/vnd.wap.wml',
  'application/javascript',
  'application/rss+xml',
])

/** After plugins, as Kong's server does it: a type with any parameter stays as it is. */
export function appendCharset(headers: HeaderBlock, charset: string | null): void {
  if (charset === null) return
  const type = headers.get('content-type')
  if (type !== undefined && TEXT.has(type.toLowerCase()))
    headers.set('Content-Type', `${type}; charset=${charset}`)
}
