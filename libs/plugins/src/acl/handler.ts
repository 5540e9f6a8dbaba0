import { toBytes } from '../byte-text.ts'
import type { PluginContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { type AclConfig, aclSchema } from './schema.ts'

export const acl = definePlugin<AclConfig>({
  name: aclSchema.name,
  priority: aclSchema.priority,
  create({ allow, deny, hide_groups_header: hides }) {
    const denies = deny !== null && deny.length > 0
    const listed = new Set(denies ? deny : allow)
    return {
      access(context) {
        const known = groupsOf(context)
        if ('status' in known) return known
        const { groups, header } = known
        const isAnonymous = header === OF_CONSUMER && context.credential === null
        if (groups.length === 0 && !denies && isAnonymous) return UNAUTHORIZED
        if (groups.some((group) => listed.has(group)) === denies) return FORBIDDEN
        tell(context, header, hides ? [] : groups)
        return undefined
      },
    }
  },
})

const UNAUTHORIZED = { status: 401, error: 'Unauthorized' } satisfies Verdict
const FORBIDDEN = { status: 403, error: 'You cannot consume this service' } satisfies Verdict

const OF_CONSUMER = 'X-Consumer-Groups'
const AUTHENTICATED = 'X-Authenticated-Groups'

interface KnownGroups {
  readonly groups: readonly string[]
  /** What tells the upstream of them. */
  readonly header: typeof OF_CONSUMER | typeof AUTHENTICATED
}

/** Groups that an authentication plugin knows count more than those of an anonymous consumer, less than those of a real one. */
function groupsOf(context: PluginContext): KnownGroups | Verdict {
  const { consumer, credential, authenticatedGroups } = context
  if (authenticatedGroups !== null && (consumer === null || credential === null))
    return { groups: authenticatedGroups, header: AUTHENTICATED }
  if (consumer === null) return credential === null ? UNAUTHORIZED : FORBIDDEN
  return { groups: context.lookupGroups(consumer.id), header: OF_CONSUMER }
}

/** What a client says of its groups goes nowhere. */
function tell({ request }: PluginContext, header: string, groups: readonly string[]): void {
  request.headers.remove(OF_CONSUMER)
  request.headers.remove(AUTHENTICATED)
  if (groups.length > 0) request.headers.set(header, toBytes(groups.join(', ')))
}
