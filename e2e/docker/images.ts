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
  for (const [index, app] of APPS.entries()) {
    const image = imageOf(app, of)
    const before = await idOf(image)
    const fresh = index === 0 && !cache ? ['--no-cache'] : []
    const given = Object.entries({ APP: app, VERSION: of, REVISION: revision() })
    const args = given.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
    await docker('build', '-q', ...fresh, ...args, '-t', image, directory)
    const replaced = before !== null && before !== (await idOf(image))
    if (replaced) await docker('rmi', before).catch(() => undefined) // it has another name as well
  }
}

export async function removeImages(of: string): Promise<void> {
  await docker('rmi', ...APPS.map((app) => imageOf(app, of)))
}

const idOf = (image: string): Promise<string | null> =>
  docker('image', 'inspect', '--format', '{{.Id}}', image).catch(() => null)
