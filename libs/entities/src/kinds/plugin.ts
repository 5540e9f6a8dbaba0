import { mutuallyExclusive } from '../checks.ts'
import { defineEntity, type EntityOf } from '../definition.ts'
import { abstractRecord, boolean, foreign, string } from '../field.ts'
import type { PluginSchema, Subschema } from '../plugin-schema.ts'
import { createdAt, id, protocols, tags, uniqueName, updatedAt } from '../vocabulary.ts'
import { protocolErrors } from './plugin-protocols.ts'

/** A plugin at work: on the route, service, consumer or group of consumers that it names, on everything where it names none. */
export const plugin = defineEntity({
  kind: 'plugins',
  collection: 'plugins',
  endpointKey: 'instance_name',
  nested: { route: 'plugins', service: 'plugins', consumer: 'plugins', consumer_group: 'plugins' },
  onlyWhenSet: ['consumer_group'],
  uniqueTogether: [['name', 'route', 'service', 'consumer', 'consumer_group']],
  cacheKey: ['name', 'route', 'service', 'consumer'],
  specialized: {
    by: 'name',
    subschema: (name, { plugins }) => withGroups(plugins.get(name)),
    names: ({ plugins }) => plugins.keys(),
    unknown: (name) => `plugin '${name}' not enabled; add it to the 'plugins' configuration property`,
  },
  exportedWhen: ({ enabled }) => enabled === true,
  judgeLinks: protocolErrors,
  fields: {
    id,
    name: string({ required: true, description: "The name of the Plugin that's going to be added." }),
    instance_name: uniqueName,
    created_at: createdAt,
    updated_at: updatedAt,
    route: foreign('routes', {
      default: null,
      on_delete: 'cascade',
      description: 'If set, the plugin will only activate when receiving requests via the specified route.',
    }),
    service: foreign('services', {
      default: null,
      on_delete: 'cascade',
      description:
        'If set, the plugin will only activate when receiving requests via one of the routes belonging to the specified service. ',
    }),
    consumer: foreign('consumers', {
      default: null,
      on_delete: 'cascade',
      description:
        'If set, the plugin will activate only for requests where the specified has been authenticated.',
    }),
    consumer_group: foreign('consumer_groups', {
      default: null,
      on_delete: 'cascade',
      description:
        'If set, the plugin will activate only for requests of consumers that are in the specified group.',
    }),
    config: abstractRecord({ description: 'The configuration properties for the Plugin.' }),
    protocols,
    enabled: boolean({ required: true, default: true, description: 'Whether the plugin is applied.' }),
    tags,
  },
  // Kong's list of checks has none.
  checks: [{ ...mutuallyExclusive('consumer', 'consumer_group'), shown: null }],
})
export type Plugin = EntityOf<typeof plugin, 'consumer_group'>

/** What cannot be told apart by consumer cannot be by group either: who a request is from is not known yet. */
function withGroups(schema: PluginSchema | undefined): Subschema | undefined {
  if (schema?.fields.consumer?.eq !== null) return schema
  const refused = foreign('consumer_groups', { eq: null })
  return { ...schema, fields: { ...schema.fields, consumer_group: refused } }
}
