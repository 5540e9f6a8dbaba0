import { setTimeout as pause } from 'node:timers/promises'
import type { AdminApi } from '../admin/client.ts'
import { Failure } from '../frame/failure.ts'
import type { Session } from '../frame/session.ts'
import { type Condition, describeCondition, isMet } from './condition.ts'
import { type Fleet, lookAt } from './fleet.ts'

const EVERY_MS = 200

/** The time is over. */
class TimedOut extends Failure {}

/**
 * Looks again and again until the condition is met, through an Admin API that comes and goes.
 *
 * @returns the last look, met or not
 * @throws Failure when no look has succeeded at all
 */
export async function waitFor(
  api: AdminApi,
  condition: Condition,
  timeoutSeconds: number,
  session: Session,
): Promise<Fleet> {
  const { signal } = session
  const deadline = Date.now() + timeoutSeconds * 1000
  let last: Fleet | undefined
  const run = async (tell: (line: string) => void): Promise<string> => {
    for (;;) {
      const look = await lookAt(api, signal, patienceUntil(deadline))
      if (look instanceof Failure) {
        tell(look.message)
        if (Date.now() >= deadline) throw last === undefined ? look : new TimedOut(look.message)
      } else {
        last = look
        const told = describeCondition(look, condition)
        if (isMet(look, condition)) return told
        tell(told)
        if (Date.now() >= deadline) throw new TimedOut(told)
      }
      await pause(EVERY_MS, undefined, { signal })
    }
  }
  try {
    await session.steps([{ title: `Wait for the nodes to be ${condition.state}`, run }])
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error
  }
  if (last === undefined) throw new Failure('no node could be looked at')
  return last
}

const LEAST_PATIENCE_MS = 1000
const MOST_PATIENCE_MS = 10_000

/** An Admin API that says nothing must not hold up the end. */
function patienceUntil(deadline: number): number {
  return Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, deadline - Date.now()))
}
