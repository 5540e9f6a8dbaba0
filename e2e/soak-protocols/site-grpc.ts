import { setTimeout as pause } from 'node:timers/promises'
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { eventOf, Farewell } from './said.ts'
import { type Door, HOST, type Surroundings } from './site.ts'

/** The services of both lanes, each with the four kinds of calls, and what health checks ask. */
export const SERVICES = ['soak.Lane0', 'soak.Lane1'] as const

/** gRPC without TLS, by a server that others wrote. */
export function grpcDoor({ site, open }: Surroundings): Door {
  let server = new Server()
  return {
    async listen(port) {
      server = serverOf()
      await new Promise<void>((done, failed) =>
        server.bindAsync(`${HOST}:${port}`, ServerCredentials.createInsecure(), (error) =>
          error === null ? done() : failed(error),
        ),
      )
    },
    fall: () => server.forceShutdown(),
  }

  function serverOf(): Server {
    const made = new Server()
    for (const service of SERVICES) {
      made.addService(definitionOf(service), {
        unary(call: ServerUnaryCall<Buffer, Buffer>, done: Done) {
          greet(call, `/${service}/unary`)
          done(null, call.request)
        },
        upload(call: ServerReadableStream<Buffer, Buffer>, done: Done) {
          greet(call, `/${service}/upload`)
          const farewell = new Farewell()
          const over = count(call, 'of gRPC uploads')
          call.on('data', (message: Buffer) => farewell.heard(message))
          call.on('end', () => {
            over()
            done(null, farewell.text)
          })
        },
        async download(call: ServerWritableStream<Buffer, Buffer>) {
          greet(call, `/${service}/download`)
          count(call, 'of gRPC downloads')
          const { id, events, every } = JSON.parse(call.request.toString())
          for (let number = 0; number < events && !call.cancelled; number += 1) {
            call.write(eventOf(id, number))
            await pause(every)
          }
          call.end()
        },
        talk(call: ServerDuplexStream<Buffer, Buffer>) {
          greet(call, `/${service}/talk`)
          const farewell = new Farewell()
          count(call, 'of gRPC talks')
          call.on('data', (message: Buffer) => {
            farewell.heard(message)
            call.write(message)
          })
          call.on('end', () => {
            call.write(farewell.text)
            call.end()
          })
        },
      })
    }
    made.addService(HEALTH, { check: (_: unknown, done: Done) => done(null, SERVING) })
    return made
  }

  function greet(call: Call | ServerUnaryCall<Buffer, Buffer>, path: string): void {
    const metadata = new Metadata()
    metadata.set('x-soak-seen', JSON.stringify({ site, path }))
    call.sendMetadata(metadata)
  }

  /** Whichever way it ends, and be it that it has ended before it is heard of here. */
  function count(call: Call, kind: string): () => void {
    const over = open.begin(kind)
    for (const event of ['cancelled', 'finish', 'error', 'close']) call.on(event, over)
    if (call.cancelled) over()
    return over
  }
}

type Done = sendUnaryData<Buffer>
type Call =
  | ServerReadableStream<Buffer, Buffer>
  | ServerWritableStream<Buffer, Buffer>
  | ServerDuplexStream<Buffer, Buffer>

const same = (bytes: Buffer): Buffer => bytes

function definitionOf(service: string): ServiceDefinition {
  const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
    path: `/${service}/${name}`,
    requestStream,
    responseStream,
    ...{
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  })
  return {
    unary: method('unary', false, false),
    upload: method('upload', true, false),
    download: method('download', false, true),
    talk: method('talk', true, true),
  }
}

/** grpc.health.v1. */
const HEALTH: ServiceDefinition = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    ...{ requestStream: false, responseStream: false },
    ...{
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  },
}
/** Its field 1, the status: serving. */
const SERVING = Buffer.from([0x08, 0x01])
