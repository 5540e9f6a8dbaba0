import type { Service } from '@biplane/entities'
import type { UpstreamScheme } from '../engine/engine.ts'

/** A service made ready for proxying. */
export interface CompiledService {
  readonly fields: Service
  readonly scheme: UpstreamScheme
  /** '/' where the service has none. */
  readonly basePath: string
  /** Tries beyond the first. */
  readonly retries: number
  readonly timeouts: Timeouts
}

/** Milliseconds: until connected; between two writes; between two reads. */
export interface Timeouts {
  readonly connect: number
  readonly write: number
  readonly read: number
}

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_RETRIES = 5

export function compileService(fields: Service): CompiledService {
  return {
    fields,
    scheme: schemeOf(fields.protocol),
    basePath: fields.path ?? '/',
    retries: fields.retries ?? DEFAULT_RETRIES,
    timeouts: {
      connect: fields.connect_timeout ?? DEFAULT_TIMEOUT_MS,
      write: fields.write_timeout ?? DEFAULT_TIMEOUT_MS,
      read: fields.read_timeout ?? DEFAULT_TIMEOUT_MS,
    },
  }
}

/** Requests do not reach services of other protocols: streams go there. */
function schemeOf(protocol: Service['protocol']): UpstreamScheme {
  return protocol === 'https' || protocol === 'grpc' || protocol === 'grpcs' ? protocol : 'http'
}

/** Whether its upstreams are spoken to in gRPC, and so in HTTP/2. */
export function isGrpc({ scheme }: CompiledService): boolean {
  return scheme === 'grpc' || scheme === 'grpcs'
}
