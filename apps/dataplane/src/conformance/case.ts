import type { JsonObject, Kind } from '@biplane/entities'

/**
 * What a client, an upstream and an operator see of a node, told without our code: a config, requests, and what has to
 * come of them. The same cases are run against every engine.
 *
 * Placeholders in texts: `$U1` to `$U4` the ports of upstreams, `$CLOSED` a port that refuses, `$BLACKHOLE` one that never
 * answers, `$LOG` that of a log collector, `$PROXY_PORT` that of the node, `$VERSION` its version. Alone in a field they stand for numbers.
 */
export interface Case {
  readonly title: string
  /** Those of the node that differ from the default, by name. A node serves only cases of the same settings: any will give a fresh one. */
  readonly settings?: Readonly<Record<string, string>>
  /** The time that the node is to believe it is, seconds since the epoch. */
  readonly clock?: number
  /** How upstreams behave that do more than echo. */
  readonly servers?: Readonly<Record<string, ServerBehaviour>>
  /**
   * Entities by kind. Without services there is one, `s1`, that leads to `$U1`; without routes there is one to it, `r1`,
   * for the host api.test. Ids are any words; references are `{ id }`.
   */
  readonly config?: Readonly<Record<Kind, readonly JsonObject[]>>
  readonly steps: readonly Step[]
}

export interface ServerBehaviour {
  readonly respond?: {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  }
  readonly delay_ms?: number
  readonly accept_then_close?: boolean
}

export interface Step {
  /** Requests of a client, in turn. */
  readonly send?: readonly ClientRequest[]
  /** How often each is sent. */
  readonly times?: number
  /** How many are under way at a time. */
  readonly atOnce?: number
  /** A request to the Status API, or a health call, which reaches a node as a change. */
  readonly ask?: { readonly method: string; readonly path: string }
  readonly waitMs?: number
  /** What every answer must be. */
  readonly answer?: Expected
  /** How the last request must have arrived at its upstream. */
  readonly arrives?: {
    readonly method?: string
    readonly target?: string
    readonly headers?: Readonly<Record<string, Pattern>>
    readonly query?: JsonObject
  }
  /** `U1 requests` or `U1 connections`, of this step. */
  readonly counts?: Readonly<Record<string, number>>
  /** All requests must have reached the same upstream. */
  readonly oneTarget?: boolean
  /** What the log collector has received in the end. */
  readonly collected?: { readonly json_array_length: number }
  readonly then?: {
    readonly shares?: Readonly<Record<string, number>>
    readonly sharesAtLeast?: Readonly<Record<string, number>>
    /** How many answers had each status. */
    readonly statuses?: Readonly<Record<string, number>>
    /** Of upstreams, as the Status API tells it. */
    readonly health?: Readonly<Record<string, string>>
  }
}

export interface ClientRequest {
  readonly method: string
  /** As it goes on the wire. */
  readonly target: string
  /** api.test where there is none; null for no such header. */
  readonly host?: string | null
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | { readonly repeat: string; readonly times: number }
  readonly version?: string
}

export interface Expected {
  /** One of them. */
  readonly status?: readonly number[]
  readonly headers?: Readonly<Record<string, Pattern>>
  /** The whole of it. */
  readonly body?: string
  readonly contains?: string
  readonly lacks?: string
  readonly lines?: readonly string[]
  readonly json?: unknown
  readonly jsonSubset?: JsonObject
  /** A regular expression for the `message` of a JSON body. */
  readonly message?: string
  /** Of targets by address. */
  readonly targetHealth?: Readonly<Record<string, string>>
  /** What every entry of an array in the body has. */
  readonly each?: { readonly field: string; readonly json_subset: JsonObject }
}

/** What a header has to be: a text or number, absent, there, like a pattern, or these values in any order. */
export type Pattern =
  | string
  | number
  | { readonly absent: true }
  | { readonly present: true }
  | { readonly matches: string }
  | { readonly all: readonly string[] }
