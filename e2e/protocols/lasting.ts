import { once } from 'node:events'
import { credentials, type StatusObject } from '@grpc/grpc-js'
import { EventSource } from 'eventsource'
import WebSocket from 'ws'
import { type Program, startProgram } from '../program.ts'
import type { ProtocolNode } from './gateway.ts'
import { grpcClient } from './grpc.ts'
import { talk } from './openssl.ts'

/** A client whose connection lasts. */
export interface Lasting {
  /** Has it answered once more, and tells by which upstream. Rejects where there will be no answer. */
  ask(): Promise<string>
  /** Which worker has it, where it can be told. */
  readonly worker: string | null
  leave(): Promise<unknown>
}

/** What opens one to a node. Services are `live` and those of the streams; see `lastingRoutes`. */
export type OpenLasting = (node: ProtocolNode) => Promise<Lasting>

export const LASTING: Readonly<Record<string, OpenLasting>> = Object.fromEntries(
  Object.entries<OpenLasting>({
    'a WebSocket of ws': ({ proxy }) => overWs(`${proxy.replace('http', 'ws')}/live`),
    'a WebSocket of ws, by TLS': ({ proxyTls }) => overWs(`${proxyTls.replace('http', 'ws')}/live`),
    'a WebSocket of Node': ({ proxy }) => overWebSocket(`${proxy.replace('http', 'ws')}/live`),
    'an EventSource': ({ proxy }) => overEvents(`${proxy}/live/events`),
    'curl, by HTTP/1.1': ({ proxy }) => overCurl(['--http1.1', `${proxy}/live`]),
    'curl, by HTTP/2': ({ proxyTls }) => overCurl(['--http2', `${proxyTls}/live`]),
    'curl, by HTTP/2 without TLS': ({ proxy }) => overCurl(['--http2-prior-knowledge', `${proxy}/live`]),
    'a call of grpc-js': overGrpc,
    'psql, by TCP': ({ ports }) => overPsql(ports.postgres),
    's_client, of which TLS ends at the node': ({ ports }) =>
      established(overLines(talk(ports.tls, 'ends.biplane.test'))),
    's_client, of which TLS passes through': ({ ports }) =>
      established(overLines(talk(ports.tls, 'passes.biplane.test'))),
  }).map(([name, open]) => [name, async (node) => hurried(name, await inTime(name, open(node)))]),
)

/** A client that hears nothing at all may wait for ever. */
function hurried(name: string, client: Lasting): Lasting {
  return {
    ask: () => inTime(name, client.ask()),
    leave: () => inTime(name, client.leave()),
    worker: client.worker,
  }
}

const PATIENCE_MS = 30_000

async function inTime<T>(name: string, what: Promise<T>): Promise<T> {
  const given = Promise.withResolvers<never>()
  const timer = setTimeout(() => given.reject(new Error(`${name} hears nothing`)), PATIENCE_MS)
  try {
    return await Promise.race([what, given.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function overWs(url: string): Promise<Lasting> {
  const socket = new WebSocket(url, { rejectUnauthorized: false })
  const [[response]] = await Promise.all([once(socket, 'upgrade'), once(socket, 'open')])
  return {
    async ask() {
      if (socket.readyState !== WebSocket.OPEN) throw new Error('it is closed')
      // Either, lest a test hangs where it is closed instead.
      const answer = once(socket, 'message').then(([message]) => nameIn(String(message)))
      const closed = once(socket, 'close').then(([code]) =>
        Promise.reject(new Error(`it was closed: ${code}`)),
      )
      closed.catch(() => undefined)
      socket.send('hello')
      return Promise.race([answer, closed])
    },
    worker: String(response.headers['x-worker']),
    async leave() {
      socket.close()
      if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close')
    },
  }
}

/** The one that Node has of undici. */
async function overWebSocket(url: string): Promise<Lasting> {
  const socket = new globalThis.WebSocket(url)
  const next = (type: string) =>
    new Promise<Event>((done) => socket.addEventListener(type, done, { once: true }))
  const { type } = await Promise.race([next('open'), next('error')])
  if (type === 'error') throw new Error('it was refused')
  return {
    async ask() {
      socket.send('hello')
      const event = await Promise.race([next('message'), next('close')])
      if (event instanceof MessageEvent) return nameIn(String(event.data))
      throw new Error('it was closed')
    },
    worker: null,
    async leave() {
      if (socket.readyState === socket.CLOSED) return
      const closed = next('close')
      socket.close()
      await closed
    },
  }
}

async function overEvents(url: string): Promise<Lasting> {
  let worker: string | null = null
  const source = new EventSource(url, {
    fetch: async (address, init) => {
      const response = await fetch(address, init)
      worker = response.headers.get('x-worker')
      return response
    },
  })
  const next = () =>
    new Promise<string>((done, fail) => {
      source.addEventListener('message', ({ data }) => done(nameIn(String(data))), { once: true })
      source.addEventListener('error', ({ message }) => fail(new Error(message)), { once: true })
    })
  await next()
  return {
    ask: next,
    get worker() {
      return worker
    },
    leave: async () => source.close(),
  }
}

/** A body that goes on while its answer comes. */
async function overCurl(args: readonly string[]): Promise<Lasting> {
  const program = startProgram('curl', ['-sSkN', '-X', 'POST', '-T', '.', ...args])
  return established(overLines(program))
}

async function overGrpc({ proxy }: ProtocolNode): Promise<Lasting> {
  const client = grpcClient(new URL(proxy).host, credentials.createInsecure())
  const call = client.converse()
  call.write('hello')
  const [[metadata]] = await Promise.all([once(call, 'metadata'), once(call, 'data')])
  // Whoever asks meanwhile hears of it.
  call.on('error', () => undefined)
  const ended = new Promise<StatusObject>((done) => call.once('status', done))
  return {
    async ask() {
      call.write('hello')
      const [message] = await once(call, 'data')
      return nameIn(String(message))
    },
    worker: metadata.get('x-worker').join(),
    async leave() {
      call.end()
      const { code, details } = await ended
      client.close()
      if (code !== 0) throw new Error(details)
    },
  }
}

async function overPsql(port: number): Promise<Lasting> {
  const program = startProgram('psql', ['-XqAt', `host=127.0.0.1 port=${port} dbname=kong sslmode=disable`], {
    PGUSER: 'kong',
    PGPASSWORD: 'kong',
  })
  return established(overLines(program, "select 'old:' || 6 * 7;\n", /^(\w+):42$/m))
}

/** A program that was started has not reached anything yet. */
async function established(client: Lasting): Promise<Lasting> {
  await client.ask()
  return client
}

function overLines(program: Program, question = 'hello\n', answer = /^(\w+):hello$/m): Lasting {
  return {
    async ask() {
      program.say(question)
      return (await program.hear(answer))[1] ?? ''
    },
    worker: null,
    leave: () => left(program),
  }
}

async function left(program: Program): Promise<void> {
  const { code, stderr } = await program.leave()
  if (code !== 0) throw new Error(`${code}: ${stderr}`)
}

const nameIn = (text: string): string => text.split(':')[0] ?? ''
