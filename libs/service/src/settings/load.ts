import { availableParallelism } from 'node:os'
import { checkSettings, type Given, type Problem } from './check.ts'
import { parseConfFile } from './conf-file.ts'
import { type EffectiveSettings, effectiveSettings } from './describe.ts'
import type { App } from './setting.ts'
import { type SettingName, type Settings, settingRows, settingsTable } from './table.ts'
import { readValueFiles } from './value-files.ts'

export type Loaded<A extends App> =
  | {
      /** Those of the app; the second part is among them and tells the compiler what any app has. */
      readonly settings: Settings<A> & Settings<App>
      /** The same as Kong's `GET /` shows its configuration. It holds no secret. */
      readonly effective: EffectiveSettings
      /** The names that were given and that no app has: a slip of the pen, or something of Kong's that is not here. */
      readonly unknown: readonly string[]
    }
  | { readonly problems: readonly Problem[] }

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings of an app from `KONG_*` variables and the file that `KONG_CONF` names; a variable wins over the file,
 * and an empty one counts as absent; `KONG_X_FILE` names a file that holds the value of `x`. Everything that is wrong
 * is reported at once.
 */
export function loadSettings<A extends App>(
  app: A,
  env: Environment,
  readFile: (path: string) => string,
  cores = availableParallelism(),
): Loaded<A> {
  const { given, problems } = readGiven(env, (name) => isReadBy(app, name), readFile)
  const checked = checkSettings(app, given, { readFile, cores })
  if ('problems' in checked) return { problems: [...problems, ...checked.problems] }
  if (problems.length > 0) return { problems }
  // The checker gives each setting that the app reads the value that the setting's own form made.
  const settings = checked.settings as Settings<A> & Settings<App>
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(settingsTable, name))
  return { settings, effective: effectiveSettings(app, given), unknown }
}

/**
 * The named settings of an app, for a tool that does a part of its work and needs no more: whatever else is missing or
 * wrong is no problem then.
 */
export function loadSome<A extends App, N extends SettingName & keyof Settings<A>>(
  app: A,
  names: readonly N[],
  env: Environment,
  readFile: (path: string) => string,
): { readonly settings: Pick<Settings<A>, N> } | { readonly problems: readonly Problem[] } {
  const wanted = new Set<string>(names)
  const { given, problems } = readGiven(env, (name) => wanted.has(name), readFile)
  const checked = checkSettings(app, given, { readFile, cores: availableParallelism() }, wanted)
  if ('problems' in checked) return { problems: [...problems, ...checked.problems] }
  if (problems.length > 0) return { problems }
  // As in loadSettings.
  return { settings: checked.settings as Pick<Settings<A>, N> }
}

/** Reads the named settings anew. It never throws: what cannot be read any more is a problem. */
export type Reread<A extends App> = <N extends SettingName & keyof Settings<A>>(
  names: readonly N[],
) => ReturnType<typeof loadSome<A, N>>

/** One line for each problem, to be read by people. */
export function describeProblems(problems: readonly Problem[]): string[] {
  return problems.map(({ setting, value, message }) =>
    value === '' ? `${setting}: ${message}` : `${setting} = ${value}: ${message}`,
  )
}

const PREFIX = 'KONG_'

export function isReadBy(app: App, setting: string): boolean {
  return settingRows.some(([name, { apps }]) => name === setting && apps.includes(app))
}

export function readGiven(
  env: Environment,
  isRead: (setting: string) => boolean,
  readFile: (path: string) => string,
): { readonly given: Given; readonly problems: readonly Problem[] } {
  const file = readConfFile(env.KONG_CONF ?? '', readFile)
  const variables = readValueFiles(new Map(fromEnvironment(env)), isRead, readFile)
  return {
    given: new Map([...file.values, ...variables.values]),
    problems: [...file.problems, ...variables.problems],
  }
}

function fromEnvironment(env: Environment): [name: string, text: string][] {
  return Object.entries(env).flatMap(([variable, text = '']) =>
    variable.startsWith(PREFIX) && variable !== 'KONG_CONF' && text.trim() !== ''
      ? [[variable.slice(PREFIX.length).toLowerCase(), text] as [string, string]]
      : [],
  )
}

function readConfFile(
  path: string,
  readFile: (path: string) => string,
): { values: ReadonlyMap<string, string>; problems: Problem[] } {
  if (path === '') return { values: new Map(), problems: [] }
  const about = (message: string): Problem => ({ setting: 'KONG_CONF', value: path, message })
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { values: new Map(), problems: [about(`name a readable file (${reason})`)] }
  }
  const { values, stray } = parseConfFile(text)
  const problems = stray.slice(0, MOST_STRAY).map(({ line }) => about(`write line ${line} as name = value`))
  const more = stray.length - MOST_STRAY
  if (more > 0) problems.push(about(`name a settings file: ${more} more lines of this one are no settings`))
  return { values, problems }
}

/** In a file of something else, such as a program, no line is a setting. */
const MOST_STRAY = 5
