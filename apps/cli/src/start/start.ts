import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'
import { launcherAbove } from './clone.ts'
import { runChild } from './run-child.ts'

export interface StartOptions {
  readonly fresh?: true
  readonly home?: string
  readonly portOffset?: number
}

/** Runs the launcher of `npm start` until it ends, on Ctrl-C with the code 0. */
export async function startCluster(session: Session, options: StartOptions): Promise<Outcome | 'told'> {
  if (session.env.KONG_CONF)
    throw new Failure('start takes settings as KONG_* variables only, not from a file', {
      exitCode: EXIT.usage,
    })
  const launcher = launcherAbove(dirname(fileURLToPath(import.meta.url)))
  if (launcher === undefined)
    throw new Failure('start needs a clone of the repository, and this is an installed biplane', {
      details: ['clone it and run npm ci there; docker compose up does the same with containers'],
    })
  const stdout = session.json ? 2 : 'inherit'
  const exitCode = await runChild([launcher, ...asArguments(options)], ['inherit', stdout, 'inherit'])
  if (session.json) return { json: { exit_code: exitCode }, text: '', exitCode }
  process.exitCode = exitCode
  return 'told'
}

function asArguments({ fresh, home, portOffset }: StartOptions): string[] {
  return [
    ...(fresh === true ? ['--fresh'] : []),
    ...(home === undefined ? [] : ['--home', home]),
    ...(portOffset === undefined ? [] : ['--port-offset', String(portOffset)]),
  ]
}
