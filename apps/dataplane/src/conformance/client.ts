import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ClientRequest } from './case.ts'

const SILENCE_MS = 8_000

export interface ClientAnswer {
  readonly status: number
  /** Names in lower case, each with its values in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
}

/**
 * Sends one request on a connection of its own, byte for byte as it is written, and reads what comes until the connection
 * ends. The answer must be one that a client can tell the end of.
 *
 * @param serverName the name to ask for over TLS, or null for none; plain without it
 */
export async function sendRaw(
  port: number,
  request: ClientRequest,
  serverName?: string | null,
): Promise<ClientAnswer> {
  const to = { port, host: '127.0.0.1' }
  const isPlain = serverName === undefined
  const socket = isPlain
    ? connect(to)
    : connectTls({ ...to, servername: serverName ?? '', rejectUnauthorized: false })
  socket.setTimeout(SILENCE_MS, () =>
    socket.destroy(new Error('nothing came, and the connection stays open')),
  )
  await once(socket, isPlain ? 'connect' : 'secureConnect')
  socket.write(requestText(request), 'latin1')
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return parse(Buffer.concat(chunks).toString('latin1'))
}

function requestText({
  method,
  target,
  host = 'api.test',
  headers = {},
  body,
  version = '1.1',
}: ClientRequest) {
  const text = body === undefined || typeof body === 'string' ? body : body.repeat.repeat(body.times)
  const given = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  )
  const has = (wanted: string): boolean => Object.keys(headers).some((name) => name.toLowerCase() === wanted)
  const lines = [
    `${method} ${target} HTTP/${version}`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...given,
    ...(has('connection') || version === '1.0' ? [] : ['Connection: close']),
    ...(text === undefined || has('content-length') || has('transfer-encoding')
      ? []
      : [`Content-Length: ${Buffer.byteLength(text)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${text ?? ''}`
}

function parse(text: string): ClientAnswer {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) throw new Error(`no whole head of an answer came: ${JSON.stringify(text)}`)
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1])
  if (Number.isNaN(status)) throw new Error(`no status line: ${JSON.stringify(first)}`)
  // 100 Continue and its like come before the answer.
  if (status >= 100 && status < 200 && status !== 101) return parse(text.slice(end + 4))
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value])
  }
  const rest = text.slice(end + 4)
  const isChunked = headers.get('transfer-encoding')?.includes('chunked') ?? false
  const body = Buffer.from(isChunked ? unchunk(rest) : rest, 'latin1').toString()
  return { status, headers, body }
}

function unchunk(text: string): string {
  let body = ''
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (lineEnd < 0 || Number.isNaN(size)) throw new Error('the body breaks off in the middle')
    if (size === 0) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}
