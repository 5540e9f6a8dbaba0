import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, REPOSITORY } from './engine.ts'
import { figure, seconds } from './figures.ts'

export const APPS = ['admin-api', 'sync-hub', 'dataplane', 'cli', 'echo'] as const

const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))

/** A version of its own, so that a developer's images stay as they are. */
export const VERSION = `${version}-e2e`

export const imageOf = (app: string): string => `biplane/${app}:${VERSION}`

export const revision = (): string =>
  execFileSync('git', ['rev-parse', 'HEAD'], { cwd: REPOSITORY, encoding: 'utf8' }).trim()

/** One after another: what the first has built, the others take over. */
export async function buildImages(): Promise<void> {
  const started = performance.now()
  for (const app of APPS) await buildImage(app, REPOSITORY)
  figure('build of all images, what is unchanged from the cache', seconds(performance.now() - started))
}

export async function buildImage(app: string, directory: string, ...options: string[]): Promise<void> {
  const args = { APP: app, VERSION, REVISION: revision() }
  const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
  await docker('build', '-q', ...options, ...given, '-t', imageOf(app), directory)
}
