import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { EXIT } from '../frame/exit-code.ts'
import { Failure, type FailureOptions } from '../frame/failure.ts'
import type { Session } from '../frame/session.ts'
import { adminAddress } from './address.ts'
import { type Credentials, credentialsOf } from './credentials.ts'
import type { AdminOptions } from './options.ts'
import { unreachable } from './unreachable.ts'

export interface AdminApi {
  readonly url: string
  /**
   * @param path from the root of the Admin API, with its query
   * @param patienceMs how long the answer may take; 10 seconds if left out
   * @throws Failure for all but an answer with 200 and JSON
   */
  get(path: string, signal: AbortSignal, patienceMs?: number): Promise<AdminAnswer>
}

export interface WritableAdminApi extends AdminApi {
  /** Any answer, whatever its status. @throws Failure where there is none */
  send(request: AdminRequest, signal: AbortSignal): Promise<RawAnswer>
}

export interface AdminRequest {
  readonly method: 'GET' | 'POST'
  /** From the root of the Admin API, with its query. */
  readonly path: string
  readonly body?: { readonly type: string; readonly text: string }
  /** How long the answer may take; 10 seconds if left out. */
  readonly patienceMs?: number
}

export interface RawAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  /** What was asked, for messages. */
  readonly url: string
}

export interface AdminAnswer {
  readonly body: unknown
  /** By the clock of the Admin API. */
  readonly at: Date
}

const PATIENCE_MS = 10_000

/** @throws Failure for an address or credentials that cannot be used */
export function openAdminApi(session: Session, options: AdminOptions): WritableAdminApi {
  const address =
    options.admin ?? adminAddress(session.someSettings('admin-api', ['admin_listen']).admin_listen)
  const base = readUrl(address)
  const credentials = credentialsOf(session, options)
  const send: WritableAdminApi['send'] = async (request, signal) => {
    const url = new URL(`${base.pathname.replace(/\/$/, '')}${request.path}`, base)
    url.username = base.username
    url.password = base.password
    return await ask(url, request, credentials, signal)
  }
  return {
    url: withoutPassword(base),
    async get(path, signal, patienceMs = PATIENCE_MS) {
      const answer = await send({ method: 'GET', path, patienceMs }, signal)
      if (answer.status !== 200) throw refusal(answer)
      const at = new Date(answer.headers.date ?? '')
      return { body: readJson(answer), at: Number.isNaN(at.getTime()) ? new Date() : at }
    },
    send,
  }
}

function readUrl(address: string): URL {
  const url = URL.parse(address.includes('://') ? address : `http://${address}`)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  const shown = address.replace(/^([a-z]*:\/\/)?.*@/is, '$1')
  throw new Failure(`'${shown}' is no address of an Admin API: write it as http://host:port`, {
    exitCode: EXIT.usage,
  })
}

async function ask(
  url: URL,
  request: AdminRequest,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { patienceMs = PATIENCE_MS } = request
  const patience = AbortSignal.timeout(patienceMs)
  try {
    const response = await exchange(url, request, credentials, AbortSignal.any([signal, patience]))
    const { statusCode: status = 0, headers } = response
    return { status, headers, text: await text(response), url: withoutPassword(url) }
  } catch (error) {
    if (signal.aborted) throw error
    throw unreachable(url.origin, error, patience.aborted ? patienceMs : undefined)
  }
}

function exchange(
  url: URL,
  { method, body }: AdminRequest,
  { headers: shown, tls }: Credentials,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  return new Promise((done, fail) => {
    const headers = { accept: 'application/json', ...shown, ...(body && { 'content-type': body.type }) }
    const request =
      url.protocol === 'https:'
        ? https.request(url, { ...tls, method, headers, signal }, done)
        : http.request(url, { method, headers, signal }, done)
    request.once('error', fail)
    request.end(body?.text)
  })
}

/** What to say of an answer that was not hoped for. */
export function refusal({ url, status, text }: RawAnswer, details: readonly string[] = []): Refusal {
  const hints = status === 401 ? ['--token-file FILE or BIPLANE_ADMIN_TOKEN gives the token'] : []
  return new Refusal(status, `${url} answered ${status}: ${messageOf(text)}`, {
    details: [...details, ...hints],
  })
}

/** Somebody answered, and not as was hoped for. */
export class Refusal extends Failure {
  /** Of HTTP. */
  readonly status: number

  constructor(status: number, message: string, options: FailureOptions) {
    super(message, options)
    this.status = status
  }
}

/** @throws Failure for an answer that is no JSON */
export function readJson({ text, url }: RawAnswer): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Failure(`${url} answered with something that is no JSON: is it an Admin API?`, { cause })
  }
}

/** The `message` of an answer of the Admin API, or the beginning of any other. */
function messageOf(told: string): string {
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(told)?.[1]
  const text = message === undefined ? told.slice(0, 200) : String(JSON.parse(message))
  return text.replace(/\p{Cc}+/gu, ' ').trim() // whoever it is, it must not steer the terminal
}

function withoutPassword(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href.replace(/\/$/, '')
}
