import { setTimeout as pause } from 'node:timers/promises'
import type { AdminApi } from '../admin/client.ts'
import { Failure } from '../frame/failure.ts'
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

/** Columns that a line may take. */
export function widthOf({ isTTY, columns }: NodeJS.WriteStream): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY
}

/** Draws lines over those drawn before. What has no room is counted, since a terminal cannot go back above its top. */
function drawOver(stdout: NodeJS.WriteStream): (lines: readonly string[]) => void {
  let height = 0
  return (lines) => {
    const room = Math.max(2, stdout.rows - 1)
    const cut = [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`]
    const drawn = lines.length <= room ? lines : cut
    const back = height === 0 ? '' : `\x1b[${height}A`
    stdout.write(`${back}${drawn.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`)
    height = drawn.length
  }
}
