import type { PluginInstance, Scope } from './instance.ts'

/** Which configuration of a plugin wins, most specific first. Configurations are never merged. */
const PRECEDENCE: readonly (readonly Scope[])[] = [
  ['route', 'service', 'consumer'],
  ['route', 'service', 'consumer_group'],
  ['route', 'consumer'],
  ['service', 'consumer'],
  ['route', 'consumer_group'],
  ['service', 'consumer_group'],
  ['route', 'service'],
  ['consumer'],
  ['consumer_group'],
  ['route'],
  ['service'],
  [],
]

/** What a configuration is limited to; null where it is not. */
export type Limits = Readonly<Record<Scope, string | null>>

/** Whom a request is about, as far as it is known; null for a part that is not. */
export type Subject = Omit<Limits, 'consumer_group'>

/** Where the instance of a plugin for exactly this scope is found. */
export function scopeKey(name: string, limits: Limits): string {
  const { route, service, consumer, consumer_group: group } = limits
  return `${name}\0${route ?? ''}\0${service ?? ''}\0${consumer ?? ''}\0${group ?? ''}`
}

/**
 * The most specific instance of a plugin for a subject.
 *
 * @param groups those that the consumer is in, the one first whose configuration wins among them
 */
export function mostSpecific(
  name: string,
  subject: Subject,
  groups: readonly string[],
  find: (key: string) => PluginInstance | undefined,
): PluginInstance | undefined {
  for (const row of PRECEDENCE) {
    for (const group of row.includes('consumer_group') ? groups : [null]) {
      const limits: Limits = { ...subject, consumer_group: group }
      if (row.some((scope) => limits[scope] === null)) continue
      const instance = find(scopeKey(name, { ...UNLIMITED, ...pick(limits, row) }))
      if (instance !== undefined) return instance
    }
  }
  return undefined
}

const UNLIMITED: Limits = { route: null, service: null, consumer: null, consumer_group: null }

function pick(limits: Limits, row: readonly Scope[]): Partial<Limits> {
  return Object.fromEntries(row.map((scope) => [scope, limits[scope]]))
}
