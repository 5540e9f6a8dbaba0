import type { Duplex, Readable } from 'node:stream'
import type { AttemptOutcome, UpstreamRequest, UpstreamResponse } from './engine.ts'
import { attemptHttp1 } from './http1-attempt.ts'
import { http2Attempts } from './http2-attempt.ts'
import type { UpstreamPools } from './upstream-pools.ts'
import { upstreamProxy } from './upstream-proxy.ts'

/** A response with the connection that its body comes from. */
export interface OpenResponse extends UpstreamResponse {
  /** Absent for a tunnel. */
  readonly body?: UpstreamBody
  /** An accepted tunnel, with the bytes that came right after the upstream's head. */
  readonly tunnel?: { readonly socket: Duplex; readonly head: Buffer }
}

/** The body of a response, in whatever version of HTTP it comes. */
export interface UpstreamBody extends Readable {
  /**
   * Whether it came to its end, and did not just break off. From the beginning when nothing follows the head: of gRPC that is
   * an answer of trailers only, whose head has to end the stream of the client too.
   */
  readonly complete: boolean
  /** What came behind it, names and values in turn; empty as long as it is not complete. */
  readonly rawTrailers: readonly string[]
}

export interface Attempt {
  readonly outcome: Promise<OpenOutcome>
  /** Gives up: nothing of the try stays open. Harmless when the response has been read to its end. */
  abandon(): void
}

export type OpenOutcome = AttemptOutcome & { readonly response?: OpenResponse }

/**
 * Makes one try, over a connection of the pools.
 *
 * @param body what to send: the client's stream, bytes instead of it, or null for none
 */
export type AttemptUpstream = (request: UpstreamRequest, body: Readable | Uint8Array | null) => Attempt

export function upstreamAttempts(pools: UpstreamPools): AttemptUpstream {
  const makeRequest = upstreamProxy(pools)
  const attemptHttp2 = http2Attempts(pools.sessions)
  return (request, body) =>
    request.scheme === 'grpc' || request.scheme === 'grpcs'
      ? attemptHttp2(request, body)
      : attemptHttp1(request, body, makeRequest)
}
