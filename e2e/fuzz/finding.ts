import { send } from '../client.ts'
import type { Stack } from '../stack.ts'
import { notApplied } from './applied.ts'
import { audit } from './audit.ts'
import { type Fault, SERVER_FAULT } from './judge.ts'
import type { FuzzRequest } from './request.ts'
import { type Round, replay, type Target } from './round.ts'
import { shortest } from './shortest.ts'

/** A fault, and the fewest requests that were found to show it. */
export interface Finding {
  readonly fault: Fault
  readonly round: number
  /** From an empty config, one after another; empty where only clients at once show it. */
  readonly requests: readonly FuzzRequest[]
}

/** Faults of the same key are one. */
export function keyOf({ what, detail, request }: Fault): string {
  const where = what === SERVER_FAULT ? [request?.method, request?.template] : []
  return [what, ...where, detail.replaceAll(/[0-9a-f-]{8,}|\d+/g, '#').slice(0, 60)].join(' ')
}

const SEARCH_MS = 30_000

/** Of the process that all requests go to. */
export const ENDED = 'a process that ended'

/**
 * Looks for few requests that show a fault: the one alone, then after all writes before it, then after everything before it,
 * each with ever more left out.
 */
export async function findingOf(
  stack: Stack,
  target: Target,
  { sent, writes }: Round,
  round: number,
  fault: Fault,
): Promise<Finding> {
  const until = performance.now() + SEARCH_MS
  const more = () => performance.now() < until
  const shows = async (requests: readonly FuzzRequest[]): Promise<boolean> => {
    const faults = await replay(target, requests)
    if (fault.what === ENDED) return await hasEnded(stack)
    const all =
      fault.request === undefined ? [...faults, ...(await leftBehind(stack, target, fault))] : faults
    return all.some((each) => keyOf(each) === keyOf(fault))
  }
  const { request } = fault
  const before = request === undefined ? sent : sent.slice(0, sent.indexOf(request) + 1)
  const alone = request === undefined ? [] : [[request]]
  for (const candidate of [...alone, before.filter((each) => each === request || writes.has(each)), before]) {
    if (more() && (await shows(candidate)))
      return { fault, round, requests: await shortest(candidate, shows, more) }
  }
  return { fault, round, requests: [] }
}

/** Whether the admin-api is gone; then it is started again. */
async function hasEnded({ adminApi, adminUrl }: Stack): Promise<boolean> {
  const isThere = await send(`${adminUrl}/status`).then(
    () => true,
    () => false,
  )
  if (!isThere) await adminApi.start()
  return !isThere
}

async function leftBehind(
  stack: Stack,
  { admin, catalogue }: Target,
  { what }: Fault,
): Promise<readonly Fault[]> {
  if (what !== 'a config that nodes do not apply') return (await audit(admin, catalogue)).faults
  const behind = await notApplied(stack)
  return behind === undefined ? [] : [behind]
}
