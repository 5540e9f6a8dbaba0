import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, REPOSITORY } from './engine.ts'

export const APPS = ['admin-api', 'sync-hub', 'dataplane', 'cli', 'echo'] as const

const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))

/** A version of their own, so that a developer's images stay as they are. */
export const VERSION = `${version}-e2e`

export const imageOf = (app: string, of = VERSION): string => `biplane/${app}:${of}`

export const revision = (): string =>
  execFileSync('git', ['rev-parse', 'HEAD'], { cwd: REPOSITORY, encoding: 'utf8' }).trim()

/**
 * Builds the images of what lies in a folder, one after another: what the first has built, the others take over.
 *
 * @param cache whether the first may take over what earlier builds have left
 */
export async function buildImages(directory: string, of: string, cache: boolean): Promise<void> {
  const given = Object.entries({ VERSION: of, REVISION: revision() }).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ])
  for (const [index, app] of APPS.entries()) {
    const fresh = index === 0 && !cache ? ['--no-cache'] : []
    await docker(
      'build',
      '-q',
      ...fresh,
      '--build-arg',
      `APP=${app}`,
      ...given,
      '-t',
      imageOf(app, of),
      directory,
    )
  }
}
