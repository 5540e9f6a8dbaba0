// The stream between a source and its followers: the only part of this library that opens sockets.
export { Departure } from './departure.ts'
export { type FeedObserver, feedFollower } from './feed-follower.ts'
export { type FollowOptions, followSource, type Introduction, type Link } from './follow-source.ts'
export type { FollowerStream, Peer } from './follower-stream.ts'
export { type ForwardProxy, openTunnel } from './forward-proxy.ts'
export type { Log } from './log.ts'
export { namedNode } from './named-node.ts'
export type { Backoff } from './outage.ts'
export { ProtocolError } from './protocol-error.ts'
export { forwardProxy, type ProxySettings } from './proxy-settings.ts'
export { REFUSAL_CAUSES, type RefusalCause } from './refusal.ts'
export { type FollowerServer, type ServeOptions, serveFollowers } from './serve-followers.ts'
export { identifySource } from './source-identity.ts'
export { defaultTiming, type Timing } from './timing.ts'
export {
  type AcceptedTls,
  type Authorities,
  authoritiesOf,
  certificatesIn,
  type FollowerTls,
  type Pair,
  type Revocation,
  type RevocationPolicy,
  type SourceTrust,
  type Trust,
} from './trust.ts'
