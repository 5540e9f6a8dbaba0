import { resolve } from 'node:path'
import type { Parsed, Reading } from './form.ts'
import { rules } from './rules.ts'
import { defaultOf, type Scope, type Setting } from './setting.ts'
import { type SettingName, settingRows, settingsTable } from './table.ts'

/** One thing that is wrong with what a process was started with. */
export interface Problem {
  /** The setting, as kong.conf writes it. */
  readonly setting: string
  /** What was given; `******` for a secret. */
  readonly value: string
  /** What would be right. */
  readonly message: string
}

/** What was given for each setting; '' counts as not given. */
export type Given = ReadonlyMap<string, string>

export type Surroundings = Pick<Reading, 'readFile' | 'cores'>

export type Checked =
  /** The value of every setting of the scope. */
  | { readonly settings: Values }
  | {
      readonly problems: readonly Problem[]
      /** The values of the settings that are right by themselves. */
      readonly sound: Values
    }

type Values = Partial<Record<SettingName, unknown>>

/** Stands for every secret, wherever settings are shown. */
export const MASK = '******'

const LONGEST_SHOWN = 80

/**
 * Reads and checks all settings of a scope at once and reports every problem, not the first.
 * It reads nothing but its arguments (files through `readFile`; relative paths start at the working directory) and
 * never throws on what is given.
 *
 * @param names those to be checked, all of the scope if left out
 */
export function checkSettings(
  scope: Scope,
  given: Given,
  surroundings: Surroundings,
  names?: ReadonlySet<string>,
): Checked {
  const all = askedBy(scope, given)
  const asked = names === undefined ? all : all.filter(({ name }) => names.has(name))
  const reading = {
    ...surroundings,
    prefix: resolve(all.find(({ name }) => name === 'prefix')?.text ?? ''),
  }
  const values: Values = {}
  const wrongs: [name: SettingName, message: string][] = []
  for (const one of asked) {
    const parsed = parse(one, reading, scope)
    if (parsed === null) continue
    if ('value' in parsed) values[one.name] = parsed.value
    else wrongs.push([one.name, parsed.wrong])
  }
  // An app has its one role even where another was asked of it: the other problems are told all the same.
  const known: Values = scope === 'kong' ? values : { ...values, role: defaultOf(settingsTable.role, scope) }
  for (const { name, text, setting } of asked) {
    const lacks = text === '' && setting.requiredIn?.some((role) => role === known.role)
    if (lacks) wrongs.push([name, `give ${setting.form.expects}: a ${known.role} cannot start without it`])
  }
  for (const { reads, blames, problem, scope: only = scope } of rules) {
    if (only !== scope) continue
    const wrong = reads.every((name) => name in known) ? problem(known) : null
    if (wrong !== null) wrongs.push([blames, wrong])
  }
  if (wrongs.length === 0) return { settings: values }
  const byName = new Map(asked.map((one) => [one.name, one]))
  return {
    problems: wrongs.map(([setting, message]) => ({ setting, value: shown(byName.get(setting)), message })),
    sound: values,
  }
}

/** A setting together with its text. */
interface Asked {
  readonly name: SettingName
  readonly setting: Setting
  readonly text: string
  readonly given: boolean
}

export function askedBy(scope: Scope, given: Given): Asked[] {
  return settingRows
    .filter(([, { apps }]) => scope === 'kong' || apps.includes(scope))
    .map(([name, setting]) => {
      const text = given.get(name)?.trim() ?? ''
      return { name, setting, text: text === '' ? defaultOf(setting, scope) : text, given: text !== '' }
    })
}

/** A private key is one in whatever setting it stands, as where a certificate and its key were mixed up. */
export function isSecret({ setting, text }: Pick<Asked, 'setting' | 'text'>): boolean {
  const read = [text, Buffer.from(text, 'base64').toString('latin1')]
  return setting.secret === true || read.some((each) => each.includes('PRIVATE KEY'))
}

/** Null where there is no value and the form knows none without text. */
function parse(
  { setting, text, given }: Asked,
  reading: Omit<Reading, 'given'>,
  scope: Scope,
): Parsed<unknown> | null {
  const { form, only = {} } = setting
  if (text === '' && form.empty !== true) return null
  const taken = scope === 'kong' ? undefined : only[scope]
  const parsed = form.parse(text, { ...reading, given })
  if ('wrong' in parsed || taken === undefined || taken.includes(text)) return parsed
  return { wrong: `${scope} takes ${taken.join(' or ')}` }
}

function shown(asked: Asked | undefined): string {
  if (asked === undefined || asked.text === '') return ''
  if (isSecret(asked)) return MASK
  const line = asked.text.replace(/\s+/g, ' ')
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line
}
