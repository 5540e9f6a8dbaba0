import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  type App,
  apps,
  describeSettings,
  type Environment,
  type Examined,
  examineSettings,
  givenNames,
} from '@biplane/service'
import { Failure } from '../frame/failure.ts'

/** An app as it is set up on this machine, whether or not it runs. */
export interface Installation {
  readonly app: App
  /** Tells it from others of the same app. */
  readonly name: string
  /** Where its settings come from, as people say it. */
  readonly source: string
  readonly settings: Examined['sound']
  readonly given: Examined['given']
  readonly problems: Examined['problems']
  readonly unknown: Examined['unknown']
}

/** Where `npm start` keeps what it makes. */
const LOCAL_CLUSTER = '.biplane'

/**
 * The installations that are meant: the app that was named, or those whose settings are given; without any settings,
 * the apps of the local cluster that `npm start` has made in this folder; else all apps as they are without settings.
 *
 * @throws Failure where a settings file cannot be read: nothing that could be said of an app without it would be true
 */
export function findInstallations(env: Environment, app: App | undefined, folder: string): Installation[] {
  if (env.KONG_CONF) insistOn(env.KONG_CONF)
  const names = givenNames(env, readText)
  if (names.size === 0 && app === undefined && !env.KONG_CONF) {
    const local = localCluster(env, join(folder, LOCAL_CLUSTER))
    if (local.length > 0) return local
  }
  const chosen = app === undefined ? appsOf(names, env) : [app]
  const source = env.KONG_CONF ? `${env.KONG_CONF} and the environment` : 'the environment'
  return chosen.map((each) => readInstallation(each, each, names.size === 0 ? 'no settings' : source, env))
}

function localCluster(env: Environment, folder: string): Installation[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.conf'))
    .sort()
  const named = apps.flatMap((app) =>
    files
      .filter((file) => file === `${app}.conf` || file.startsWith(`${app}-`))
      .map((file) => ({ app, file })),
  )
  return named.map(({ app, file }) => {
    const settings = { ...env, KONG_CONF: join(folder, file) }
    insistOn(settings.KONG_CONF)
    return readInstallation(app, basename(file, '.conf'), join(LOCAL_CLUSTER, file), settings)
  })
}

/** Those of the role that was given which have settings that no other app reads; without such, all of the role. */
export function appsOf(names: ReadonlySet<string>, env: Environment): readonly App[] {
  const role = roleOf(env)
  const able = apps.filter((app) => role === undefined || ROLES[app] === role)
  const candidates = able.length === 0 ? apps : able
  const own = describeSettings().filter((row) => row.apps.length === 1 && names.has(row.name))
  const present = candidates.filter((app) => own.some((row) => row.apps[0] === app))
  return present.length === 0 ? candidates : present
}

const ROLES = {
  'admin-api': 'control_plane',
  'sync-hub': 'control_plane',
  dataplane: 'data_plane',
} as const satisfies Record<App, string>

function roleOf(env: Environment): string | undefined {
  return examineSettings('admin-api', env, readText).given.get('role')?.trim()
}

/** Reads what is set up, right or wrong. */
export function readInstallation(app: App, name: string, source: string, env: Environment): Installation {
  const { sound, ...examined } = examineSettings(app, env, readText)
  return { app, name, source, settings: sound, ...examined }
}

function insistOn(file: string): void {
  try {
    readText(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`the settings in ${file} cannot be read: ${reason}`, {
      details: ['name the file with --conf, and run this as the user of the app'],
      cause,
    })
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
