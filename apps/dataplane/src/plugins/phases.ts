import type { Verdict } from '@biplane/plugins/handlers'
import type { GatewayContext } from './context.ts'
import type { PluginInstance } from './instance.ts'
import type { Chain } from './plan.ts'

/** What Kong answers when a plugin crashes. */
const CRASHED: Verdict = { status: 500, body: { message: 'An unexpected error occurred' } }

/** A phase in which a plugin may answer. */
type DecidingPhase = 'rewrite' | 'access' | 'response'

/**
 * Runs one plugin. What it throws ends its own request with 500 and one log line, never more. A promise is awaited only
 * if one was returned.
 */
export async function runPlugin(
  phase: DecidingPhase,
  { handler, name, id }: PluginInstance,
  context: GatewayContext,
): Promise<Verdict | undefined> {
  try {
    const decision = handler[phase]?.(context)
    return decision instanceof Promise ? await decision : decision
  } catch (error) {
    context.log.error({ plugin: name, pluginId: id, phase, ...described(error) }, 'a plugin failed')
    return CRASHED
  }
}

/** Rewrite runs before routing, so only global plugins take part. */
export async function runRewrite(chain: Chain, context: GatewayContext): Promise<Verdict | undefined> {
  for (const instance of chain) {
    if (instance?.handler.rewrite === undefined) continue
    const verdict = await runPlugin('rewrite', instance, context)
    if (verdict !== undefined) return verdict
  }
  return undefined
}

/** How the access phase ended, and the plugins whose later phases run. */
export interface Accessed {
  readonly verdict: Verdict | undefined
  readonly chain: Chain
}

/**
 * The access phase, in order of priority. When a plugin says who the consumer is, the plugins after it are chosen anew,
 * for that consumer; those before it never see consumer-scoped configurations. After a verdict no access handler runs any
 * more, but all plugins that apply take part in the later phases.
 *
 * @param chainFor the chain for a consumer
 * @param prepare reads ahead what a plugin needs
 */
export async function runAccess(
  context: GatewayContext,
  chainFor: (consumer: string | null) => Chain,
  prepare: (instance: PluginInstance) => Promise<void> | undefined,
): Promise<Accessed> {
  let consumer = context.consumer?.id ?? null
  let chain = chainFor(consumer)
  for (let i = 0; i < chain.length; i++) {
    const instance = chain[i]
    if (instance?.handler.access === undefined) continue
    await prepare(instance)
    const verdict = await runPlugin('access', instance, context)
    context.request.body = null
    const known = context.consumer?.id ?? null
    if (known !== consumer) {
      consumer = known
      chain = [...chain.slice(0, i + 1), ...chainFor(consumer).slice(i + 1)]
    }
    if (verdict !== undefined) return { verdict, chain }
  }
  return { verdict: undefined, chain }
}

export function runLog(chain: Chain, context: GatewayContext): void {
  for (const instance of chain) {
    if (instance?.handler.log === undefined) continue
    try {
      instance.handler.log(context)
    } catch (error) {
      context.log.error(
        { plugin: instance.name, pluginId: instance.id, phase: 'log', ...described(error) },
        'a plugin failed',
      )
    }
  }
}

/** Rewrites the body in the body phase: each plugin gets what the one before it made. Undefined when none has that phase. */
export function bodyTransform(
  chain: Chain,
  context: GatewayContext,
): ((chunk: Uint8Array, last: boolean) => Uint8Array | undefined) | undefined {
  const bodies = chain.flatMap((instance) => instance?.handler.body?.bind(instance.handler) ?? [])
  if (bodies.length === 0) return undefined
  return (chunk, last) => bodies.reduce((piece, body) => body(context, piece, last) ?? piece, chunk)
}

function described(error: unknown): { readonly error: string; readonly stack: string } {
  if (error instanceof Error) return { error: error.message, stack: error.stack ?? '' }
  return { error: String(error), stack: '' }
}
