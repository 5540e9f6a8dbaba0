import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  type ChannelCredentials,
  Client,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js'
import type { Pair } from './certificates.ts'

/** A gRPC server with a method for each kind of call. Messages are bare strings. */
export interface GrpcUpstream {
  /** Where it speaks HTTP/2 without TLS, and where with. */
  readonly plain: number
  readonly tls: number
  /** The messages of the calls of `Hang` whose clients have not left. */
  readonly hanging: ReadonlySet<string>
  close(): void
}

const SERVICE = '/biplane.test.Echo'

const toBytes = (text: string): Buffer => Buffer.from(text)
const fromBytes = (bytes: Buffer): string => bytes.toString()

function definition(name: string, requestStream: boolean, responseStream: boolean) {
  return {
    path: `${SERVICE}/${name}`,
    requestStream,
    responseStream,
    requestSerialize: toBytes,
    requestDeserialize: fromBytes,
    responseSerialize: toBytes,
    responseDeserialize: fromBytes,
  } satisfies MethodDefinition<string, string>
}

const METHODS = {
  Once: definition('Once', false, false),
  Gather: definition('Gather', true, false),
  Spread: definition('Spread', false, true),
  Converse: definition('Converse', true, true),
  Hang: definition('Hang', false, false),
  Refuse: definition('Refuse', false, false),
}

type Calls = {
  readonly Once: handleUnaryCall<string, string>
  readonly Gather: handleClientStreamingCall<string, string>
  readonly Spread: handleServerStreamingCall<string, string>
  readonly Converse: handleBidiStreamingCall<string, string>
  readonly Hang: handleUnaryCall<string, string>
  readonly Refuse: handleUnaryCall<string, string>
}

export async function startGrpcUpstream(name: string, pair: Pair): Promise<GrpcUpstream> {
  const hanging = new Set<string>()
  const trailer = trailing(name)
  const calls: Calls = {
    Once: (call, answer) => {
      const headers = new Metadata()
      headers.set('x-seen', String(call.metadata.get('x-sent')))
      for (const bytes of call.metadata.get('x-sent-bin')) headers.add('x-seen-bin', bytes)
      headers.set('x-authority', call.getHost())
      call.sendMetadata(headers)
      answer(null, `${name}:${call.request}`, trailer)
    },
    Gather: async (call, answer) => {
      const parts: string[] = []
      for await (const part of call) parts.push(part)
      answer(null, `${name}:${parts.join('+')}`, trailer)
    },
    Spread: (call) => {
      for (let n = 1; n <= Number(call.request); n++) call.write(`${name}:${n}`)
      call.end(trailer)
    },
    Converse: (call) => {
      call.on('data', (text: string) => call.write(`${name}:${text}`))
      call.on('end', () => call.end(trailer))
      call.on('error', () => undefined)
    },
    Hang: (call) => {
      hanging.add(call.request)
      call.on('cancelled', () => hanging.delete(call.request))
    },
    Refuse: (_call, answer) =>
      answer({ code: status.INVALID_ARGUMENT, details: 'not this one: ü', metadata: trailer }),
  }
  const server = new Server()
  server.addService(METHODS, { ...calls })
  const pairs = [{ cert_chain: readFileSync(pair.certFile), private_key: readFileSync(pair.keyFile) }]
  const [plain = 0, tls = 0] = await Promise.all(
    [ServerCredentials.createInsecure(), ServerCredentials.createSsl(null, pairs)].map(
      (credentials) =>
        new Promise<number>((done, fail) =>
          server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? fail(error) : done(port))),
        ),
    ),
  )
  return { plain, tls, hanging, close: () => server.forceShutdown() }
}

function trailing(name: string): Metadata {
  const metadata = new Metadata()
  metadata.set('x-trailer', name)
  return metadata
}

export type GrpcClient = ReturnType<typeof grpcClient>

/** @param authority what it takes the server for, where that is not the address */
export function grpcClient(address: string, credentials: ChannelCredentials, authority?: string) {
  const client = new Client(address, credentials, {
    ...(authority === undefined ? {} : { 'grpc.ssl_target_name_override': authority }),
    // Clients to the same address would share connections, also with those of before a change.
    'grpc.use_local_subchannel_pool': 1,
  })
  return {
    close: () => client.close(),
    /** A call with one message each way, or what the server or the way to it failed with. */
    async unary(
      name: 'Once' | 'Hang' | 'Refuse',
      text: string,
      { metadata = new Metadata(), deadlineMs = 30_000 }: { metadata?: Metadata; deadlineMs?: number } = {},
    ) {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const call = client.makeUnaryRequest(
        `${SERVICE}/${name}`,
        toBytes,
        fromBytes,
        text,
        metadata,
        { deadline: Date.now() + deadlineMs },
        (error, value) => (error === null ? resolve(value ?? '') : reject(error)),
      )
      const headers = new Promise<Metadata>((done) => call.once('metadata', done))
      const trailers = new Promise<Metadata>((done) => call.once('status', (end) => done(end.metadata)))
      const answer = await promise
      return { answer, headers: await headers, trailers: await trailers }
    },
    /** One that is never answered. */
    hang: (text: string) => {
      const call = client.makeUnaryRequest(`${SERVICE}/Hang`, toBytes, fromBytes, text, () => undefined)
      call.on('error', () => undefined)
      return call
    },
    async gather(parts: readonly string[]) {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const call = client.makeClientStreamRequest(`${SERVICE}/Gather`, toBytes, fromBytes, (error, value) =>
        error === null ? resolve(value ?? '') : reject(error),
      )
      for (const part of parts) call.write(part)
      call.end()
      return promise
    },
    async spread(count: number) {
      const call = client.makeServerStreamRequest(`${SERVICE}/Spread`, toBytes, fromBytes, String(count))
      const ended = once(call, 'status')
      const answers: string[] = []
      for await (const answer of call) answers.push(answer)
      const [{ metadata }] = await ended
      return { answers, trailer: metadata.get('x-trailer') }
    },
    converse: () => client.makeBidiStreamRequest(`${SERVICE}/Converse`, toBytes, fromBytes),
  }
}
