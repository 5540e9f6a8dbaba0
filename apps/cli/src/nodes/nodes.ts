import { openAdminApi } from '../admin/client.ts'
import type { AdminOptions } from '../admin/options.ts'
import { EXIT } from '../frame/exit-code.ts'
import type { Outcome } from '../frame/running.ts'
import { widthOf } from '../frame/screen.ts'
import type { Session } from '../frame/session.ts'
import { type ConditionOptions, conditionOf, describeCondition, isMet } from './condition.ts'
import { readFleet, toJson } from './fleet.ts'
import { showFleet } from './show.ts'
import { waitFor } from './wait.ts'
import { watchFleet } from './watch.ts'

export interface NodesOptions extends AdminOptions, ConditionOptions {
  /** Seconds between two looks, where they are given. */
  readonly watch?: number | true
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
