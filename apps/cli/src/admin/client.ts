import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { Failure } from '../frame/failure.ts'
import type { Session } from '../frame/session.ts'
import { adminAddress } from './address.ts'

/** How a command is told where the Admin API is. */
export interface AdminOptions {
  readonly admin?: string
  readonly insecure?: true
  /** The path of a PEM file. */
  readonly ca?: string
}

export interface AdminApi {
  readonly url: string
  /** @param path from the root of the Admin API, with its query. @throws Failure for all but an answer with 200 and JSON */
  get(path: string, signal: AbortSignal): Promise<AdminAnswer>
}

export interface AdminAnswer {
  readonly body: unknown
  /** By the clock of the Admin API. */
  readonly at: Date
}

const PATIENCE_MS = 10_000

/** @throws Failure for an address or an authority that cannot be used */
export function openAdminApi(session: Session, { admin, insecure, ca }: AdminOptions): AdminApi {
  const address = admin ?? adminAddress(session.someSettings('admin-api', ['admin_listen']).admin_listen)
  const base = readUrl(address)
  const tls = {
    rejectUnauthorized: insecure !== true,
    ...(ca === undefined ? {} : { ca: readAuthority(ca) }),
  }
  return {
    url: withoutPassword(base),
    async get(path, signal) {
      const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base)
      url.username = base.username
      url.password = base.password
      return await ask(url, tls, signal)
    },
  }
}

function readUrl(address: string): URL {
  const url = URL.parse(address.includes('://') ? address : `http://${address}`)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  throw new Failure(`${address} is no address of an Admin API: write it as http://host:port`, { exitCode: 2 })
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Failure(`the certificate ${path} cannot be read: ${reasonOf(cause)}`, { cause })
  }
}

async function ask(url: URL, tls: https.RequestOptions, signal: AbortSignal): Promise<AdminAnswer> {
  const shown = withoutPassword(url)
  try {
    const response = await send(url, tls, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]))
    const told = await text(response)
    if (response.statusCode !== 200)
      throw new Failure(`${shown} answered ${response.statusCode}: ${messageOf(told)}`)
    const at = new Date(response.headers.date ?? '')
    return { body: readJson(told, shown), at: Number.isNaN(at.getTime()) ? new Date() : at }
  } catch (error) {
    if (error instanceof Failure || signal.aborted) throw error
    throw new Failure(`the Admin API cannot be reached at ${url.origin}: ${reasonOf(error)}`, {
      details: hintsFor(error),
      cause: error,
    })
  }
}

function send(url: URL, tls: https.RequestOptions, signal: AbortSignal): Promise<http.IncomingMessage> {
  return new Promise((done, fail) => {
    const headers = { accept: 'application/json' }
    const request =
      url.protocol === 'https:'
        ? https.get(url, { ...tls, headers, signal }, done)
        : http.get(url, { headers, signal }, done)
    request.once('error', fail)
  })
}

function readJson(told: string, shown: string): unknown {
  try {
    return JSON.parse(told)
  } catch (cause) {
    throw new Failure(`${shown} answered with something that is no JSON: is it an Admin API?`, { cause })
  }
}

/** The `message` of an answer of the Admin API, or the beginning of any other. */
function messageOf(told: string): string {
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(told)?.[1]
  return message === undefined ? told.slice(0, 200) : String(JSON.parse(message))
}

/** Node says nothing where it tried several addresses of a host, and of a time-out only that something was aborted. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return `no answer within ${PATIENCE_MS / 1000} seconds`
  return error.message || codeOf(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function hintsFor(error: unknown): string[] {
  const code = codeOf(error)
  if (code === 'ECONNREFUSED') return ['is an admin-api running there? --admin URL names another']
  return /CERT|ISSUER|SELF_SIGNED|ALTNAME/.test(code)
    ? ['--ca FILE names the authority of its certificate; -k trusts any']
    : []
}

function withoutPassword(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href.replace(/\/$/, '')
}
