import type { PluginInstance, Scope } from './instance.ts'

/** Which configuration of a plugin wins, most specific first. Configurations are never merged. */
const PRECEDENCE: readonly (readonly Scope[])[] = [
  ['route', 'service', 'consumer'],
  ['route', 'consumer'],
  ['service', 'consumer'],
  ['route', 'service'],
  ['consumer'],
  ['route'],
  ['service'],
  [],
]

/** Whom a request is about, as far as it is known; null for a part that is not. */
export type Subject = Readonly<Record<Scope, string | null>>

/** Where the instance of a plugin for exactly this scope is found. */
export function scopeKey(name: string, { route, service, consumer }: Subject): string {
  return `${name}\0${route ?? ''}\0${service ?? ''}\0${consumer ?? ''}`
}

/** The most specific instance of a plugin for a subject. */
export function mostSpecific(
  name: string,
  subject: Subject,
  find: (key: string) => PluginInstance | undefined,
): PluginInstance | undefined {
  for (const row of PRECEDENCE) {
    if (row.some((scope) => subject[scope] === null)) continue
    const exact = { route: null, service: null, consumer: null, ...pick(subject, row) }
    const instance = find(scopeKey(name, exact))
    if (instance !== undefined) return instance
  }
  return undefined
}

function pick(subject: Subject, row: readonly Scope[]): Partial<Subject> {
  return Object.fromEntries(row.map((scope) => [scope, subject[scope]]))
}
