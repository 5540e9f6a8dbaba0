import type { HealthReport } from '../health.ts'
import type { Position } from '../position.ts'
import type { Hello, RosterReport, Welcome } from '../status.ts'
import type { Answer, Body, Withheld } from '../update.ts'

/** What a follower says, decoded. */
export type Up =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'heartbeat'; readonly position: Position }
  | { readonly kind: 'report'; readonly report: RosterReport }
  | { readonly kind: 'health'; readonly health: HealthReport }

/** What a source says, decoded. */
export type Down =
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'begin'; readonly begin: Begin }
  | { readonly kind: 'chunk'; readonly data: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'withheld'; readonly withheld: Withheld }
  | { readonly kind: 'leave'; readonly reason: string }

/** The announcement of an update: everything of it but its chunks. */
export interface Begin extends Pick<Body, 'encoding' | 'size'> {
  /** Null for a snapshot. */
  readonly from: Position | null
  readonly to: Position
}

/** Received but not a message: of a kind that a newer release may know, or broken. Decoding never throws, since grpc-js hides why. */
export type NoMessage = { readonly kind: 'unknown' } | { readonly kind: 'malformed'; readonly reason: string }
