import { randomUUID } from 'node:crypto'
import type { PluginContext } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { type CorrelationIdConfig, correlationIdSchema } from './schema.ts'

export const correlationId = definePlugin<CorrelationIdConfig>({
  name: correlationIdSchema.name,
  priority: correlationIdSchema.priority,
  create({ header_name: name, generator, echo_downstream: echoes }) {
    const header = name ?? 'Kong-Request-ID'
    const generate = GENERATORS[generator ?? 'uuid#counter']()
    // An empty one counts as none.
    const idOf = (context: PluginContext) => context.request.headers.get(header) || generate(context)
    return {
      access(context) {
        const { headers } = context.request
        if (!headers.get(header)) headers.set(header, generate(context))
        return undefined
      },
      ...(echoes && {
        response(context: PluginContext) {
          context.response.headers.set(header, idOf(context))
          return undefined
        },
      }),
    }
  },
})

type Generate = (context: PluginContext) => string

/** What makes ids, for one configuration in one worker: ids of the last two differ from those of all others by their UUID. */
const GENERATORS: Readonly<Record<NonNullable<CorrelationIdConfig['generator']>, () => Generate>> = {
  uuid: () => () => randomUUID(),
  'uuid#counter': () => {
    const uuid = randomUUID()
    let count = 0
    return () => {
      count += 1
      return `${uuid}#${count}`
    }
  },
  /** Kong's form, in which a host name stands for the address, and such a UUID and number for those of the connection. */
  tracker: () => {
    const [connection = ''] = randomUUID().split('-')
    let count = 0
    return ({ node, request }) => {
      count += 1
      const seconds = (Date.now() / 1000).toFixed(3)
      return `${node.hostname}-${request.port}-${process.pid}-${connection}-${count}-${seconds}`
    }
  },
}
