import type { Verdict } from '@biplane/plugins/handlers'
import type { ResponseBody, UpstreamResponse } from '../engine/engine.ts'
import { errorPage } from './error-page.ts'
import { HeaderBlock } from './header-block.ts'
import { type ClientWishes, stripResponseHops } from './hop-by-hop.ts'

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

/** An error of the gateway itself, in the format that the client accepts. */
export function gatewayError(status: number, message: string, request: HeaderBlock): Answer {
  const { contentType, body } = errorPage(joined(request, 'accept'), message)
  return textAnswer(status, body, ['Content-Type', contentType], 'gateway')
}

/** Whom an error page is for. */
export interface Asker {
  readonly headers: HeaderBlock
  /** What who says nothing gets. */
  readonly defaultType: string
}

/** An error that the connection to the upstream or the client caused. */
export function serverError(
  status: number,
  message: string,
  { headers, defaultType }: Asker,
  origin: 'gateway' | 'upstream-failure',
): Answer {
  const wanted = joined(headers, 'accept') ?? headers.get('content-type') ?? defaultType
  const page = errorPage(wanted === '' ? defaultType : wanted, message)
  return textAnswer(status, page.body, ['Content-Type', page.contentType], origin)
}

/** A plugin's early answer. */
export function verdictAnswer(verdict: Verdict, request: HeaderBlock): Answer {
  const given = Object.entries(verdict.headers ?? {}).flat()
  if ('error' in verdict) {
    const { contentType, body } = errorPage(joined(request, 'accept'), verdict.error)
    return textAnswer(verdict.status, body, withDefault(given, 'Content-Type', contentType), 'gateway')
  }
  const { body = '' } = verdict
  if (typeof body === 'string' || body instanceof Uint8Array)
    return textAnswer(verdict.status, body, given, 'gateway')
  const headers = withDefault(given, 'Content-Type', 'application/json; charset=utf-8')
  return textAnswer(verdict.status, JSON.stringify(body), headers, 'gateway')
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

function textAnswer(
  status: number,
  body: string | Uint8Array,
  headers: readonly string[],
  origin: Answer['origin'],
): Answer {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  return { status, headers: new HeaderBlock(headers), body: { kind: 'bytes', bytes }, origin }
}

function withDefault(headers: readonly string[], name: string, value: string): readonly string[] {
  const block = new HeaderBlock(headers)
  return block.has(name) ? headers : [...headers, name, value]
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

/** After plugins, as Kong's server does it. */
export function appendCharset(headers: HeaderBlock, charset: string | null): void {
  if (charset === null) return
  const type = headers.get('content-type')
  if (type === undefined || !TEXT.has(type.split(';')[0]?.trim().toLowerCase() ?? '')) return
  if (!type.toLowerCase().includes('charset=')) headers.set('Content-Type', `${type}; charset=${charset}`)
}
