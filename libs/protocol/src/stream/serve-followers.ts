import type { Welcome } from '../status.ts'
import type { FollowerStream } from './follower-stream.ts'
import type { Log } from './log.ts'
import type { Timing } from './timing.ts'
import type { AcceptedTls } from './tls.ts'

export interface ServeOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number }
  readonly tls: AcceptedTls
  readonly welcome: () => Welcome
  /** Serves one follower; the stream is closed when it settles. What it throws is logged and ends that stream only. */
  readonly session: (stream: FollowerStream) => Promise<void>
  /** Counts the bytes of update bodies as they are handed to the transport. */
  readonly onBytes?: (nodeId: string, kind: 'snapshot' | 'delta', bytes: number) => void
  readonly log: Log
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly timing?: Partial<Timing>
}

export interface FollowerServer {
  readonly address: { readonly host: string; readonly port: number }
  /** Resolves when the signal has aborted, every session has ended and the port is free. */
  readonly closed: Promise<void>
}

/** Listens for followers. Resolves once it listens; rejects if it cannot. */
export function serveFollowers(_options: ServeOptions): Promise<FollowerServer> {
  throw new Error('not built yet')
}
