import { setTimeout as pause } from 'node:timers/promises'
import type { AdminApi } from '../admin/client.ts'
import { Failure } from '../frame/failure.ts'
import { drawOver, widthOf } from '../frame/screen.ts'
import type { Session } from '../frame/session.ts'
import { type Fleet, lookAt, readFleet, toJson } from './fleet.ts'
import { showFleet } from './show.ts'

/**
 * Shows the nodes until the signal aborts: drawn over the last time on a terminal, as one table after the other elsewhere,
 * as one line of JSON each with `--json`.
 *
 * @throws Failure when the first look fails; later ones are told and tried again
 */
export async function watchFleet(api: AdminApi, everySeconds: number, session: Session): Promise<never> {
  const { stdout, signal, json, paint } = session
  const draw = stdout.isTTY
    ? drawOver(stdout)
    : (lines: readonly string[]) => stdout.write(`${lines.join('\n')}\n\n`)
  let shown: Fleet = await readFleet(api, signal)
  for (let look: Fleet | Failure = shown; ; look = await lookAt(api, signal)) {
    const failure = look instanceof Failure ? look.message : undefined
    if (!(look instanceof Failure)) shown = look
    if (json)
      stdout.write(
        `${JSON.stringify(failure === undefined ? toJson(shown) : { error: { message: failure } })}\n`,
      )
    else {
      const table = showFleet(shown, widthOf(stdout), paint)
      draw(failure === undefined ? table : [...table, paint('red', `${failure}; trying again`)])
    }
    await pause(everySeconds * 1000, undefined, { signal })
  }
}
