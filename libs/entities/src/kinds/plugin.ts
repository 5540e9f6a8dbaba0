import { defineEntity, type EntityOf } from '../definition.ts'
import { abstractRecord, boolean, foreign, string } from '../field.ts'
import { createdAt, id, protocols, tags, uniqueName, updatedAt } from '../vocabulary.ts'
import { protocolErrors } from './plugin-protocols.ts'

/** A plugin at work: on the route, service and consumer that it names, on everything where it names none. */
export const plugin = defineEntity({
  kind: 'plugins',
  collection: 'plugins',
  endpointKey: 'instance_name',
  nested: { route: 'plugins', service: 'plugins', consumer: 'plugins' },
  uniqueTogether: [['name', 'route', 'service', 'consumer']],
  cacheKey: ['name', 'route', 'service', 'consumer'],
  specialized: {
    by: 'name',
    subschema: (name, { plugins }) => plugins.get(name),
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
    config: abstractRecord({ description: 'The configuration properties for the Plugin.' }),
    protocols,
    enabled: boolean({ required: true, default: true, description: 'Whether the plugin is applied.' }),
    tags,
  },
})
export type Plugin = EntityOf<typeof plugin>
