import type { UpstreamTls } from '../engine/engine.ts'
import type { Timeouts } from '../runtime/compiled-service.ts'

export type Transport = 'tcp' | 'udp'

/**
 * The contract between the story of streams, which knows no transport, and the engines that carry them: connections of TCP
 * and TLS, and sessions of UDP, which are what one client address sends until it is silent.
 */
export interface IncomingStream {
  readonly transport: Transport
  /**
   * Whether it came to an address of TLS. Then the engine has read what the client begins with, and ended nothing: whether
   * TLS ends here is for the route to say.
   */
  readonly isTls: boolean
  /** The TLS server name that the client asks for, if any, as it wrote it. */
  readonly serverName: string | undefined
  /** The IP address at the other end, and its port. */
  readonly peer: string
  readonly peerPort: number
  /** The client's IP address as the peer named it by the PROXY protocol; null when it did not. */
  readonly proxied: string | null
  /** The IP address the client connected to, and the port. */
  readonly address: string
  readonly port: number
}

/** One stream on its way, as an engine offers it to the story. */
export interface StreamExchange {
  readonly stream: IncomingStream
  /** What was read and written for it so far. */
  readonly traffic: StreamTraffic
  /** Ends the TLS of the client, with the certificate for its server name. Only of those that came to an address of TLS. */
  terminate(): Promise<Terminated>
  /** Makes one try to reach an upstream. Never rejects. What the client sends meanwhile is kept, within bounds. */
  connect(to: StreamTarget): Promise<ConnectOutcome>
  /**
   * Carries bytes both ways between the client and the upstream that was reached, as fast as the slower side takes them,
   * until it is over. That one side has nothing more to say is passed on, and the other one goes on.
   */
  carry(timeouts: Pick<Timeouts, 'read' | 'write'>): Promise<StreamEnd>
}

export type Terminated =
  | { readonly kind: 'terminated' }
  /** There was no handshake: what was wrong with it, or that it took too long, or that the client left. */
  | { readonly kind: 'failed'; readonly why: string }

export interface StreamTarget {
  /** An IP address. */
  readonly host: string
  readonly port: number
  /** Milliseconds until the connection, and its TLS, stand. */
  readonly timeout: number
  /** How TLS is spoken to it; null where it gets the bytes as they are. */
  readonly tls: StreamTls | null
}

export interface StreamTls extends UpstreamTls {
  /** The server name that is asked for, and that the certificate has to have; null for none. */
  readonly serverName: string | null
}

export type ConnectOutcome =
  | { readonly kind: 'connected' }
  | { readonly kind: 'failed'; readonly reason: 'timeout' | 'broken' }
  /** So many connections to it wait to be opened that this one would only wait with them. */
  | { readonly kind: 'crowded' }
  /** The client went away meanwhile. */
  | { readonly kind: 'abandoned' }

/** How a stream that was carried came to its end. */
export type StreamEnd =
  /** Both sides have said all that they had to say. */
  | 'ended'
  /** For as long as its service allows nothing came, or nothing was taken. */
  | 'idle'
  | 'client-broke'
  | 'upstream-broke'
  /** The node stopped. */
  | 'cut'

/** Bytes, heads of the PROXY protocol included; of TLS that ends here, what it carries. */
export interface StreamTraffic {
  /** From the client, and to it. */
  readonly received: number
  readonly sent: number
  /** From the upstream, and to it. */
  readonly upstreamReceived: number
  readonly upstreamSent: number
  /** Of the client, where TLS ends here. */
  readonly tls: { readonly version: string; readonly cipher: string } | null
}

/** Tells the story of one stream. Never rejects. Whatever is still open when it is over, the engine closes. */
export type StreamHandle = (exchange: StreamExchange) => Promise<void>

/** Where streams are waited for. It crosses thread boundaries, so it is plain. */
export interface StreamAddress {
  readonly host: string
  readonly port: number
  readonly transport: Transport
  readonly backlog: number | null
  /** Whether connections begin with a head of the PROXY protocol, and are refused without. */
  readonly proxyProtocol: boolean
  /** Whether TLS is expected. */
  readonly isTls: boolean
}

export interface StreamEngine {
  /** Takes streams there, beside other listeners of the same address (SO_REUSEPORT). Resolves with the port. */
  listen(address: StreamAddress): Promise<number>
  /**
   * Takes no new streams and lets those that are open end for at most `graceMs`. Resolves when nothing is open, with how
   * many had to be cut.
   */
  close(graceMs: number): Promise<number>
}

/** The process around an engine of streams. */
export interface StreamSurroundings {
  /** Told of streams as they come and go. */
  connected(transport: Transport): void
  disconnected(transport: Transport): void
  /**
   * Whether all streams and connections of the node may stay; the one that has just come is counted. Whoever sends datagrams
   * may forge as many senders as there are: they take half of the room at most.
   */
  hasRoom(transport: Transport): boolean
  /** Told of one that was turned away. */
  refused(): void
  /** Told of connections to upstreams. */
  readonly upstreams: { opened(): void; closed(): void }
  /** Told of a client that took too long to say what it wants: the PROXY protocol's head, or TLS's. */
  tooSlow(): void
}
