import type { Plugin } from '@biplane/entities'
import type { PluginDefinition, PluginHandler } from '@biplane/plugins/handlers'
import type { Violation } from '@biplane/protocol'
import { conceal, type Resolved } from '../vaults/resolve-row.ts'
import { checkedHandler } from './checked-handler.ts'

/** What a plugin's configuration can be scoped to. */
export const scopes = ['route', 'service', 'consumer', 'consumer_group'] as const
export type Scope = (typeof scopes)[number]

/** One configured plugin, compiled: a row of `plugins` with the handler its config made. */
export interface PluginInstance {
  readonly id: string
  readonly name: string
  readonly priority: number
  /** The ids that the configuration is limited to; null where it is not. */
  readonly scope: Readonly<Record<Scope, string | null>>
  readonly handler: PluginHandler
  /** References to vaults by the secrets in its config: what is told of it tells them instead. */
  readonly told: ReadonlyMap<string, string>
}

/** @returns the field at fault and a sentence, if this node lacks the plugin, or the plugin can make nothing of its config */
export function compilePlugin(
  { row, told }: Resolved<Plugin>,
  installed: ReadonlyMap<string, PluginDefinition>,
): PluginInstance | Pick<Violation, 'field' | 'message'> {
  const { id, name, config, route, service, consumer, consumer_group: group } = row
  const definition = installed.get(name)
  if (definition === undefined)
    return {
      field: 'name',
      message: `plugin '${name}' not enabled; add it to the 'plugins' configuration property`,
    }
  const scope = {
    route: route?.id ?? null,
    service: service?.id ?? null,
    consumer: consumer?.id ?? null,
    consumer_group: group?.id ?? null,
  }
  try {
    return {
      id,
      name,
      priority: definition.priority,
      scope,
      told,
      handler: checkedHandler(definition.create(config ?? {}, scope)),
    }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return {
      field: 'config',
      message: `the plugin '${name}' can do nothing with it: ${conceal(cause, told)}`,
    }
  }
}
