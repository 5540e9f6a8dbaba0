import { accessSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
import type { Session } from '../frame/session.ts'

/**
 * The folder of the config that is meant: given by its own path or that of the prefix, or else where the settings of a
 * data plane or a hub have it.
 *
 * @throws Failure where there is none, or more than one, or where this user may not look
 */
export function findStore(session: Session, from?: string): string {
  const places = from === undefined ? settingsPlaces(session) : givenPlaces(session, from)
  const found = places.filter(isStore)
  const [first, second] = found
  if (first !== undefined && second === undefined) return first
  if (first === undefined)
    throw new Failure('there is no config to copy: name the prefix of an app with --from', {
      details: places.map((place) => `nothing at ${place}`),
    })
  throw new Failure('there is more than one config: choose with --from', {
    details: found,
    exitCode: EXIT.usage,
  })
}

function isStore(place: string): boolean {
  try {
    accessSync(join(place, 'store.json'))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES')
      throw new Failure(`this user may not look into ${place}: run this as the user of the app`)
    return false
  }
}

/** An app without settings has one of these. */
function settingsPlaces(session: Session): string[] {
  const paths = (['dataplane', 'sync-hub'] as const).map(
    (app) => session.someSettings(app, ['lmdb_environment_path']).lmdb_environment_path,
  )
  return [...new Set(paths)]
}

function givenPlaces(session: Session, from: string): string[] {
  const { lmdb_environment_path } = session.someSettings('dataplane', ['lmdb_environment_path'])
  return [
    ...new Set([resolve(from), resolve(from, basename(lmdb_environment_path)), resolve(from, 'dbless.lmdb')]),
  ]
}
