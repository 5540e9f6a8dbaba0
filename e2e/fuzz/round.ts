import type { AnswerSchemas } from './answer-schemas.ts'
import type { Catalogue } from './catalogue.ts'
import { nothing } from './documents.ts'
import { Client, type Outcome } from './exchange.ts'
import { type Fault, judge } from './judge.ts'
import { random } from './random.ts'
import type { FuzzRequest } from './request.ts'
import { nextRequest, seedRequests } from './script.ts'

export interface Target {
  /** The origin of the Admin API. */
  readonly admin: string
  readonly catalogue: Catalogue
  readonly schemas: AnswerSchemas
}

export interface Round {
  /** In the order in which they were sent. */
  readonly sent: readonly FuzzRequest[]
  /** Those that wrote something. */
  readonly writes: ReadonlySet<FuzzRequest>
  readonly faults: readonly Fault[]
  /** How many were answered how: `2xx`, `4xx`, `bytes`. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Writes that were accepted, by verb and path. */
  readonly accepted: ReadonlyMap<string, number>
}

export interface RoundOptions {
  /** Repeat the requests. */
  readonly seeds: readonly number[]
  readonly clients: number
  readonly requestsEach: number
  /** True once there is no more time. */
  readonly isOver: () => boolean
}

/** From an empty config: one entity of each kind, then several clients at once, each with a script of its own. */
export async function runRound(
  target: Target,
  { seeds, clients, requestsEach, isOver }: RoundOptions,
): Promise<Round> {
  const sent: FuzzRequest[] = []
  const faults: Fault[] = []
  const outcomes = new Map<string, number>()
  const accepted = new Map<string, number>()
  const writes = new Set<FuzzRequest>()
  const tell = (request: FuzzRequest, outcome: Outcome): void => {
    count(outcomes, nameOf(outcome))
    if (hasWritten(request, outcome)) {
      writes.add(request)
      count(accepted, `${request.method} ${request.template}`)
    }
    const fault = judge(request, outcome, target.schemas)
    if (fault !== undefined) faults.push(fault)
  }
  const run = async (requests: Iterable<FuzzRequest>): Promise<void> => {
    const client = new Client(target.admin)
    for (const request of requests) {
      if (isOver()) break
      sent.push(request)
      tell(request, await client.send(request))
    }
    client.close()
  }
  await run([emptying])
  await run(seedRequests(target.catalogue, random(...seeds)))
  await Promise.all(
    Array.from({ length: clients }, (_, client) =>
      run(script(target.catalogue, [...seeds, client + 1], requestsEach)),
    ),
  )
  return { sent, writes, faults, outcomes, accepted }
}

function* script(catalogue: Catalogue, seeds: readonly number[], length: number): Generator<FuzzRequest> {
  const choices = random(...seeds)
  for (let sent = 0; sent < length; sent += 1) yield nextRequest(catalogue, choices)
}

/** Sends requests one after another, from an empty config, and gives what was wrong with their answers. */
export async function replay({ admin, schemas }: Target, requests: readonly FuzzRequest[]): Promise<Fault[]> {
  const client = new Client(admin)
  const faults: Fault[] = []
  for (const request of [emptying, ...requests]) {
    const fault = judge(request, await client.send(request), schemas)
    if (fault !== undefined) faults.push(fault)
  }
  client.close()
  return faults
}

const emptying: FuzzRequest = {
  method: 'POST',
  path: '/config',
  template: '/config',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(nothing),
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function nameOf(outcome: Outcome): string {
  return outcome.kind === 'answer' ? `${Math.floor(outcome.status / 100)}xx` : outcome.kind
}

function hasWritten({ method }: FuzzRequest, outcome: Outcome): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) && outcome.kind === 'answer' && outcome.status < 300
}
