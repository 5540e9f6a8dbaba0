import type { Timeouts } from '../runtime/compiled-service.ts'
import type { Flaw } from './flaws.ts'
import type { Traffic } from './traffic.ts'

/**
 * The contract between the request's story, which knows no transport, and the engines that carry it. Header fields travel
 * as names and values in turn, in the order and case of the wire.
 */
export interface IncomingRequest {
  readonly method: string
  /** Path and query as received, one character a byte. */
  readonly target: string
  readonly scheme: 'http' | 'https'
  readonly headers: readonly string[]
  /** The IP address at the other end of the connection, and its port. */
  readonly peer: string
  /** The client's IP address as the peer named it when it connected, by the PROXY protocol; null when it did not. */
  readonly proxied: string | null
  readonly peerPort: number
  /** The IP address the client connected to, and the port. */
  readonly address: string
  readonly port: number
  /** The TLS server name the client asked for, if any. */
  readonly serverName: string | undefined
  readonly hasBody: boolean
  /** Whether the client asks to turn the connection into a WebSocket. */
  readonly websocket: boolean
  /** Of HTTP, as the client speaks it: 1.0 knows no pieces and no trailers. */
  readonly version: '1.0' | '1.1' | '2'
  /** Why it may not be served. It is answered with that, and its connection ends. */
  readonly flaw: Flaw | null
}

/** One client request on its way, as an engine offers it to the proxy. */
export interface Exchange {
  readonly request: IncomingRequest
  /** How many requests of its connection had no answer yet when it came. */
  readonly ahead: number
  /** What was read and written for the request so far. */
  readonly traffic: Traffic
  /**
   * Reads the body ahead. Null when there is none, it broke, or it is longer than `limit` bytes; a long one travels
   * upstream all the same, and so does one for which there is no room. A client that waits for `100 Continue` gets it now.
   */
  readBody(limit: number): Promise<Uint8Array | 'no-room' | null>
  /**
   * Reads the whole body: at most `limit` bytes are held in memory, a longer one in a file. Null when there is none, or it
   * broke, which the next try will tell. A client that waits for `100 Continue` gets it now.
   *
   * @throws when there is no place for it
   */
  holdBody(limit: number): Promise<StoredBody | null>
  /** Makes one try at one upstream. Never rejects: what goes wrong is an outcome. */
  attempt(request: UpstreamRequest): Promise<AttemptOutcome>
  /**
   * Reads the whole body of a response ahead. Null when it is longer than `limit` bytes; it can be sent all the same, and so
   * can one for which there is no room.
   */
  readResponse(response: UpstreamResponse, limit: number): Promise<Uint8Array | 'no-room' | null>
  /**
   * Answers the client. Resolves when all is sent or the client is gone, for a tunnel when it ends. Once an answer has
   * begun, another one only breaks it off.
   *
   * @throws what `transform` throws, and TypeError for a head that cannot be written
   */
  send(head: ResponseHead, body: ResponseBody): Promise<void>
}

/** A body that is there as a whole, and can be sent again: bytes, or what the engine that it came from keeps. */
export interface StoredBody {
  readonly byteLength: number
}

export interface UpstreamRequest {
  readonly scheme: UpstreamScheme
  /** An IP address. */
  readonly host: string
  readonly port: number
  readonly method: string
  /** Path and query as they go on the wire. */
  readonly target: string
  readonly headers: readonly string[]
  /** What is sent instead of the client's body. */
  readonly body: StoredBody | null
  readonly timeouts: Timeouts
  /** How the connection is made; null for plain http and grpc. */
  readonly tls: UpstreamTls | null
}

/** What an upstream is spoken to in: HTTP/1.1, or, for gRPC, HTTP/2 that it is known to speak; the second of each over TLS. */
export type UpstreamScheme = 'http' | 'https' | 'grpc' | 'grpcs'

export interface UpstreamTls {
  /** Whether the certificate of the upstream is verified. */
  readonly verify: boolean
  /** How many certificates may stand between it and the root that is trusted. */
  readonly depth: number
  /** Which are trusted, PEM; null for those that the platform trusts. */
  readonly authorities: readonly string[] | null
  /** What is shown to an upstream that asks for a certificate, PEM. */
  readonly pair: { readonly cert: string; readonly key: string } | null
}

export type AttemptOutcome =
  | { readonly kind: 'responded'; readonly response: UpstreamResponse }
  | {
      readonly kind: 'failed'
      readonly reason: 'timeout' | 'broken'
      /** Whether anything of the request may have reached the upstream. */
      readonly sent: boolean
    }
  /** So many connections to it wait to be opened that this request would only have waited with them. */
  | { readonly kind: 'crowded' }
  /** The client went away meanwhile; nobody waits for an answer. */
  | { readonly kind: 'abandoned' }
  /** The body of the request turned out not to be one that may be passed on. */
  | { readonly kind: 'refused'; readonly flaw: Flaw }

/** The head of an upstream's response. The engine that made it holds the body, to be sent once. */
export interface UpstreamResponse {
  /** 101 is an accepted tunnel. */
  readonly status: number
  readonly reason: string
  readonly headers: readonly string[]
}

export interface ResponseHead {
  readonly status: number
  readonly reason?: string
  /** Whether the connection ends with it, whatever else is to come. */
  readonly isLast?: boolean
  readonly headers: readonly string[]
}

export type ResponseBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'upstream'
      readonly response: UpstreamResponse
      /** Rewrites the pieces of the body; undefined leaves a piece as it is. The last call may have an empty piece. */
      readonly transform?: (chunk: Uint8Array, last: boolean) => Uint8Array | undefined
    }

/** Tells the story of one request. Never rejects. */
export type Handle = (exchange: Exchange) => Promise<void>

export interface ListenAddress {
  readonly host: string
  readonly port: number
  readonly backlog: number | null
  /** Whether connections begin with a head of the PROXY protocol, and are refused without. */
  readonly proxyProtocol: boolean
  readonly isTls: boolean
  /** Whether HTTP/2 is spoken too: over TLS with those who choose it, otherwise with those who begin with it. */
  readonly http2: boolean
}

export interface Engine {
  /** Accepts connections there, beside other listeners of the same address (SO_REUSEPORT). Resolves with the port. */
  listen(address: ListenAddress): Promise<number>
  /**
   * Stops accepting, lets requests in flight and tunnels end for at most `graceMs`, closes connections. Resolves when
   * nothing is open, with what had to be cut.
   */
  close(graceMs: number): Promise<Cut>
}

/** What had not ended in time. */
export interface Cut {
  readonly requests: number
  readonly tunnels: number
}
