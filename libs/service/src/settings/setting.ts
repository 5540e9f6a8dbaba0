import type { Form } from './form.ts'

export const apps = ['admin-api', 'sync-hub', 'dataplane'] as const

export type App = (typeof apps)[number]

/**
 * Whose settings are checked: those of one app, or all together under Kong's own defaults and roles (`kong`).
 * An app reads only its own settings, so one environment or file may serve all.
 */
export type Scope = App | 'kong'

export type Role = 'traditional' | 'control_plane' | 'data_plane'

export interface Setting<T = unknown, A extends App = App> {
  /** Which apps read it. */
  readonly apps: readonly A[]
  readonly form: Form<T>
  /** As an operator would write it; '' is no value. Per scope where scopes differ. */
  readonly default: string | Readonly<Partial<Record<Scope, string>>>
  /** The roles that cannot start without it. */
  readonly requiredIn?: readonly Role[]
  /** What one app takes, where that is less than the form allows. */
  readonly only?: Readonly<Partial<Record<App, readonly string[]>>>
  /** Never shown or logged. */
  readonly secret?: true
  readonly description: string
}

/** Keeps the types of the value and of the apps, from which the typed settings of each app are projected. */
export function setting<T, const A extends App>(definition: Setting<T, A>): Setting<T, A> {
  return definition
}

export function defaultOf({ default: text }: Setting, scope: Scope): string {
  return typeof text === 'string' ? text : (text[scope] ?? '')
}
