import { Agent, type IncomingMessage, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { unescape as decoded } from 'node:querystring'
import type { HttpLogConfig } from './schema.ts'

/** Where entries are sent, and how. */
export interface Post {
  /** @throws Error for what is no success, and when there is no answer in time */
  send(body: string): Promise<void>
  close(): void
}

/** Keeps its connections open between two entries. Certificates are not verified, as in Kong. */
export function httpPost(config: HttpLogConfig): Post {
  const endpoint = new URL(config.http_endpoint)
  const secure = endpoint.protocol === 'https:'
  const options = { keepAlive: true, timeout: config.keepalive ?? 60_000 }
  const agent = secure ? new TlsAgent({ ...options, rejectUnauthorized: false }) : new Agent(options)
  const credentials = `${decoded(endpoint.username)}:${decoded(endpoint.password)}`
  const authorization: Record<string, string> =
    credentials === ':' ? {} : { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  endpoint.username = ''
  endpoint.password = ''
  // What timers take: whole numbers of 31 bits.
  const timeoutMs = Math.min(Math.max(1, Math.ceil(config.timeout ?? 10_000)), 2 ** 31 - 1)
  const head = {
    method: config.method ?? 'POST',
    agent,
    headers: {
      ...authorization,
      ...config.headers,
      'Content-Type': config.content_type ?? 'application/json',
    },
  }
  const exchange = async (body: string, signal: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const bytes = Buffer.from(body)
    const headers = { ...head.headers, 'Content-Length': bytes.byteLength }
    const sent = (secure ? tlsRequest : request)(endpoint, { ...head, headers, signal }, resolve)
    sent.on('error', reject)
    sent.end(bytes)
    const response = await promise
    for await (const _ of response);
    const { statusCode = 0 } = response
    if (statusCode >= 300) throw new Error(`the log server answered with status ${statusCode}`)
  }
  return {
    async send(body) {
      const signal = AbortSignal.timeout(timeoutMs)
      try {
        await exchange(body, signal)
      } catch (cause) {
        throw signal.aborted ? new Error(`the log server took more than ${timeoutMs} ms`, { cause }) : cause
      }
    },
    close: () => agent.destroy(),
  }
}
