import { askedBy, type Given, isSecret, MASK } from './check.ts'
import { type Form, isOn, splitList } from './form.ts'
import { type App, apps, defaultOf } from './setting.ts'
import { settingRows } from './table.ts'

/** A setting as the reference pages show it. */
export interface SettingRow {
  readonly name: string
  /** As an operator would write it; where apps differ, per app. '' is no value. */
  readonly default: string | Readonly<Partial<Record<App, string>>>
  readonly apps: readonly App[]
  readonly expects: string
  readonly required: boolean
  readonly secret: boolean
  readonly description: string
}

export function describeSettings(): SettingRow[] {
  return settingRows.map(([name, setting]) => ({
    name,
    default:
      typeof setting.default === 'string'
        ? setting.default
        : Object.fromEntries(setting.apps.map((app) => [app, defaultOf(setting, app)])),
    apps: apps.filter((app) => setting.apps.includes(app)),
    expects: setting.form.expects,
    required: setting.requiredIn !== undefined,
    secret: setting.secret ?? false,
    description: setting.description,
  }))
}

/**
 * Every setting that an app runs with, given or default, in the form in which Kong's `GET /` shows its configuration:
 * lists as arrays of text, numbers and booleans as such, what is not set as null, secrets as `******`.
 */
export function effectiveSettings(app: App, given: Given): EffectiveSettings {
  return Object.fromEntries(
    askedBy(app, given).map(({ name, setting, text }) => [
      name,
      text !== '' && isSecret({ setting, text }) ? MASK : show(text, setting.form),
    ]),
  )
}

export type EffectiveSettings = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

function show(text: string, { shownAs }: Form<unknown>): EffectiveSettings[string] {
  if (shownAs === 'list') return splitList(text)
  if (text === '') return null
  if (shownAs === 'number') return Number(text)
  return shownAs === 'flag' ? (isOn(text) ?? null) : text
}
