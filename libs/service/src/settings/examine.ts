import { availableParallelism } from 'node:os'
import { checkSettings, type Given, type Problem } from './check.ts'
import { type Environment, isReadBy, readGiven } from './load.ts'
import type { App } from './setting.ts'
import { type SettingName, settingsTable, type ValueOf } from './table.ts'

/** Settings of any app, those that are known. */
export type SoundSettings = { readonly [N in SettingName]?: ValueOf<N> }

/** All that can be told of the settings of an app, right or wrong. */
export interface Examined {
  /** As they were written, secrets included. */
  readonly given: Given
  readonly problems: readonly Problem[]
  /** The values of the settings that are right by themselves. */
  readonly sound: SoundSettings
  /** The names that were given and that no app has. */
  readonly unknown: readonly string[]
}

/** For whoever looks for what is wrong: `loadSettings` gives no settings where there are problems. */
export function examineSettings(app: App, env: Environment, readFile: (path: string) => string): Examined {
  const { given, problems } = readGiven(env, (name) => isReadBy(app, name), readFile)
  const checked = checkSettings(app, given, { readFile, cores: availableParallelism() })
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(settingsTable, name))
  // As in loadSettings.
  if ('settings' in checked) return { given, problems, sound: checked.settings as SoundSettings, unknown }
  const all = [...problems, ...checked.problems]
  return { given, problems: all, sound: checked.sound as SoundSettings, unknown }
}

/** The names of the settings that are given, in whatever way and to whichever app. No file of a value is read. */
export function givenNames(env: Environment, readFile: (path: string) => string): ReadonlySet<string> {
  const asked: string[] = []
  const isRead = (name: string): boolean => {
    asked.push(name)
    return false
  }
  const { given } = readGiven(env, isRead, readFile)
  return new Set([...given.keys(), ...asked])
}
