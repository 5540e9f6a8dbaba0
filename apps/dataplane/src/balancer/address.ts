/** One place that requests for an upstream may go to. A target that is a name has one for each of its records. */
export interface Address {
  /** `ip:port`, IPv6 in brackets: what a request remembers those by that failed it. */
  readonly key: string
  readonly ip: string
  readonly port: number
  /** What the target is called: the name that goes into the Host header. */
  readonly host: string
  /** The id of the target. */
  readonly target: string
  /** At least 1. */
  readonly weight: number
  readonly state: AddressState
}

/** What the whole node knows of an address: every worker reads it and adds to it. */
export interface AddressState {
  /** Requests that are there now. */
  readonly open: number
  latency: Latency
  opened(): void
  closed(): void
  /** Whether anything is known of it still. What is seen of one that was let go turns nothing. */
  readonly isKept: boolean
  /** What is thought of it, as health packs it. 0 at first. */
  readonly health: number
  /** Whether it was `from` until now, and is `to`: of what two workers see at one moment, nothing is lost. */
  replaceHealth(from: number, to: number): boolean
}

/** A moving average of how long answers took, milliseconds, and when it was last brought up to date, in those of the epoch. */
export interface Latency {
  readonly average: number
  readonly at: number
}

/** Numbers one after another, whichever worker asks: from anywhere, up to 32 bits, then again from 0. */
export interface Turns {
  next(): number
}

export function addressKey(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}
