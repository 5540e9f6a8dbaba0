import type { Entity } from '@biplane/entities'
import { toBytes } from './byte-text.ts'
import type { PluginContext, Verdict } from './context.ts'

/** Who a request turned out to be from. */
export interface Identity {
  readonly consumer: Entity
  readonly credential: Entity
  /** What the upstream is told of the credential; never a secret. */
  readonly identifier: string
}

/**
 * What every authentication plugin does with the outcome of its own check.
 *
 * Several of them on one request must all pass, and the last one names the consumer. With `anonymous` set they become
 * alternatives: one that comes after an accepted credential is skipped, and a failure makes the request the anonymous
 * consumer's instead of an answer.
 *
 * @param anonymous id or username of a consumer, or null
 */
export function authenticate(
  context: PluginContext,
  anonymous: string | null,
  check: () => Identity | Verdict,
): Verdict | undefined {
  if (anonymous !== null && context.credential !== null) return undefined

  const outcome = check()
  if ('credential' in outcome) return acceptIdentity(context, outcome)
  if (anonymous === null) return outcome

  const consumer = context.lookupConsumer(anonymous)
  if (!consumer) {
    context.log.error({ anonymous }, 'the anonymous consumer of an authentication plugin does not exist')
    return { status: 500, body: { message: 'An unexpected error occurred' } }
  }
  return acceptAnonymous(context, consumer)
}

/** For a request that is let pass unasked. What another plugin has found out stands. */
export function passUnasked({ consumer, request: { headers } }: PluginContext): undefined {
  if (consumer !== null) return
  for (const [header] of CONSUMER_HEADERS) headers.remove(header)
  headers.remove('X-Credential-Identifier')
  headers.remove('X-Anonymous-Consumer')
}

function acceptIdentity(context: PluginContext, { consumer, credential, identifier }: Identity): undefined {
  context.authenticate(consumer, credential)
  const { headers } = context.request
  tellConsumer(context, consumer)
  headers.set('X-Credential-Identifier', toBytes(identifier))
  headers.remove('X-Anonymous-Consumer')
}

function acceptAnonymous(context: PluginContext, consumer: Entity): undefined {
  context.authenticate(consumer, null)
  const { headers } = context.request
  tellConsumer(context, consumer)
  headers.remove('X-Credential-Identifier')
  headers.set('X-Anonymous-Consumer', 'true')
}

const CONSUMER_HEADERS = [
  ['X-Consumer-ID', 'id'],
  ['X-Consumer-Custom-ID', 'custom_id'],
  ['X-Consumer-Username', 'username'],
] as const

/** What the consumer lacks is removed, so that a client cannot forge it. */
function tellConsumer({ request }: PluginContext, consumer: Entity): void {
  for (const [header, field] of CONSUMER_HEADERS) {
    const value = consumer[field]
    if (typeof value === 'string') request.headers.set(header, toBytes(value))
    else request.headers.remove(header)
  }
}
