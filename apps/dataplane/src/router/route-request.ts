import type { Rule } from './rule.ts'

/** A request as the router sees it, or a stream: no transport, no body. */
export interface RouteRequest {
  /** Empty for a stream. */
  readonly method: string
  /** The raw Host value; undefined when there is none. */
  readonly host: string | undefined
  /** Normalised, as a string of bytes. */
  readonly path: string
  readonly scheme: 'http' | 'https' | 'tcp' | 'tls' | 'udp'
  /** The TLS server name, if any. */
  readonly sni?: string | undefined
  /** Who sends it, and where it came in; what is unknown matches no condition. */
  readonly source?: Endpoint | undefined
  readonly destination?: Endpoint | undefined
  /** The values of all headers of this lower-case name. */
  headerValues(name: string): readonly string[]
  /** The values of all arguments of the query of this name, decoded; an argument without one has an empty one. */
  queryValues(name: string): readonly string[]
}

export interface Endpoint {
  readonly ip?: string | undefined
  readonly port?: number | undefined
}

/** The rule that a request goes by, and how much of its path that took; null when it has no path condition. */
export interface PathMatch {
  readonly rule: Rule
  readonly matched: string | null
  /** Groups of a regular expression by number (from 1) and by name; a group that took no part is false. Bytes, as paths. */
  readonly captures?: Captures
}

export type Captures = Readonly<Record<string, string | false>>
