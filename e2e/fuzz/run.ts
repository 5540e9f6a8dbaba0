import { send } from '../client.ts'
import type { Stack } from '../stack.ts'
import { readAnswerSchemas } from './answer-schemas.ts'
import { notApplied } from './applied.ts'
import { audit } from './audit.ts'
import { readCatalogue } from './catalogue.ts'
import { ENDED, type Finding, findingOf, keyOf } from './finding.ts'
import type { Fault } from './judge.ts'
import { type Round, runRound, type Target } from './round.ts'

export interface FuzzOptions {
  readonly stack: Stack
  readonly seed: number
  readonly seconds: number
  /** Begins with this round of the seed. */
  readonly firstRound: number
  readonly say: (line: string) => void
}

export interface FuzzReport {
  readonly findings: readonly Finding[]
  readonly rounds: number
  readonly requests: number
  readonly outcomes: ReadonlyMap<string, number>
  readonly accepted: ReadonlyMap<string, number>
  /** Rows that were judged after the rounds. */
  readonly rows: number
  /** The most that the admin-api held after a round. */
  readonly residentBytes: number
}

const CLIENTS = 6
/** Of each client in a round: few enough for a round to be repeated, and a fault in it to be looked for. */
const REQUESTS_EACH = 120
/** Far above what it holds by itself; a leak of a thousandth of what it is sent reaches it within ten minutes. */
const MOST_RESIDENT_BYTES = 1.5 * 2 ** 30
const MOST_FINDINGS = 8

/** Rounds of hostile requests against a cluster, each followed by a look at all that is stored and at the nodes. */
export async function fuzzAdmin({ stack, seed, seconds, firstRound, say }: FuzzOptions): Promise<FuzzReport> {
  const admin = stack.adminUrl
  const target: Target = {
    admin,
    catalogue: await readCatalogue(admin),
    schemas: await readAnswerSchemas(admin),
  }
  const end = performance.now() + seconds * 1000
  const isOver = () => performance.now() >= end
  const findings = new Map<string, Finding>()
  const totals = { rounds: 0, requests: 0, rows: 0, residentBytes: 0 }
  const outcomes = new Map<string, number>()
  const accepted = new Map<string, number>()
  for (let round = firstRound; !isOver() && findings.size < MOST_FINDINGS; round += 1) {
    const options = { seeds: [seed, round], clients: CLIENTS, requestsEach: REQUESTS_EACH, isOver }
    const ran = await runRound(target, options)
    const { faults, rows, residentBytes } = await aftermath(stack, target, ran)
    for (const fault of [...ran.faults, ...faults]) {
      if (findings.has(keyOf(fault)) || findings.size >= MOST_FINDINGS) continue
      findings.set(keyOf(fault), await findingOf(stack, target, ran, round, fault))
    }
    add(outcomes, ran.outcomes)
    add(accepted, ran.accepted)
    totals.rounds += 1
    totals.requests += ran.sent.length
    totals.rows += rows
    totals.residentBytes = Math.max(totals.residentBytes, residentBytes)
    say(
      `round ${round}: ${ran.sent.length} requests, ${rows} rows, ${megabytes(residentBytes)}, ${findings.size} faults so far`,
    )
  }
  return { ...totals, findings: [...findings.values()], outcomes, accepted }
}

interface Aftermath {
  readonly faults: readonly Fault[]
  readonly rows: number
  /** 0 if the process had ended; it was started again. */
  readonly residentBytes: number
}

/** What a round left behind. */
async function aftermath(stack: Stack, { admin, catalogue }: Target, { sent }: Round): Promise<Aftermath> {
  const bytes = await residentBytes(admin)
  const last = sent.at(-1)
  if (bytes === undefined) {
    const detail = stack.adminApi.log().slice(-3000)
    await stack.adminApi.start()
    return { faults: [{ what: ENDED, detail, ...(last && { request: last }) }], rows: 0, residentBytes: 0 }
  }
  const audited = await audit(admin, catalogue)
  const behind = await notApplied(stack)
  const faults = [...audited.faults, ...(behind === undefined ? [] : [behind])]
  if (bytes > MOST_RESIDENT_BYTES) faults.push({ what: 'memory without bounds', detail: megabytes(bytes) })
  return { faults, rows: audited.rows, residentBytes: bytes }
}

async function residentBytes(admin: string): Promise<number | undefined> {
  const answer = await send(`${admin}/metrics`).catch(() => undefined)
  const [, value] = /^process_resident_memory_bytes(?:\{[^}]*\})? (\S+)$/m.exec(answer?.text ?? '') ?? []
  return value === undefined ? undefined : Number(value)
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}

function add(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count)
}
