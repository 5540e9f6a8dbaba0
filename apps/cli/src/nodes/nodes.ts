import { type AdminOptions, openAdminApi } from '../admin/client.ts'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { type Condition, describeCondition, isMet } from './condition.ts'
import { readFleet, toJson } from './fleet.ts'
import { showFleet } from './show.ts'
import { waitFor } from './wait.ts'
import { watchFleet, widthOf } from './watch.ts'

export interface NodesOptions extends AdminOptions {
  /** Seconds between two looks, where they are given. */
  readonly watch?: number | true
  readonly check?: true
  readonly waitFor?: string
  /** Seconds. */
  readonly timeout?: number
  readonly atLeast?: number
  readonly ignoreOffline?: true
}

/** Seconds. */
const DEFAULT_TIMEOUT = 60
const WATCH_EVERY = 2

export async function showNodes(session: Session, options: NodesOptions): Promise<Outcome> {
  const condition = conditionOf(options)
  const api = openAdminApi(session, options)
  const { watch } = options
  if (watch !== undefined) return await watchFleet(api, watch === true ? WATCH_EVERY : watch, session)
  const fleet =
    condition === undefined || options.waitFor === undefined
      ? await readFleet(api, session.signal)
      : await waitFor(api, condition, options.timeout ?? DEFAULT_TIMEOUT, session)
  const met = condition === undefined || isMet(fleet, condition)
  if (condition !== undefined && !met) session.say(`biplane: ${describeCondition(fleet, condition)}`)
  return {
    json: toJson(fleet),
    text: showFleet(fleet, widthOf(session.stdout), session.paint),
    exitCode: met ? EXIT.ok : EXIT.failed,
  }
}

/** @throws Failure for options that mean nothing without another one */
function conditionOf(options: NodesOptions): Condition | undefined {
  const { check, waitFor, atLeast, ignoreOffline = false } = options
  if (waitFor === undefined && options.timeout !== undefined)
    throw new Failure('--timeout says how long --wait-for waits: give both', { exitCode: EXIT.usage })
  if (waitFor !== undefined) return { state: waitFor, atLeast: atLeast ?? 1, ignoreOffline }
  if (check === true) return { state: 'in_sync', atLeast: atLeast ?? 0, ignoreOffline }
  if (atLeast !== undefined || ignoreOffline)
    throw new Failure('--at-least and --ignore-offline belong to --check or --wait-for', {
      exitCode: EXIT.usage,
    })
  return undefined
}
