import type { Verdict } from '@biplane/plugins/handlers'
import type { GatewayContext } from './context.ts'
import { CRASHED, checkVerdict, inTime, isPromise, PluginFailure, tellFault } from './faults.ts'
import type { PluginInstance } from './instance.ts'
import type { Chain } from './plan.ts'

/** A phase in which a plugin may answer. */
type DecidingPhase = 'rewrite' | 'access' | 'response'

/** Reads ahead what a plugin needs; nothing to wait for where it needs nothing. */
export type Prepare = (instance: PluginInstance) => Promise<void> | undefined

/**
 * Runs one plugin. What it throws, and what it returns that is no verdict, ends its own request with 500 and one log line,
 * never more. There is a promise only where there is something to wait for, and it is not waited for for ever.
 */
export function runPlugin(
  phase: DecidingPhase,
  instance: PluginInstance,
  context: GatewayContext,
  prepare?: Prepare,
): Verdict | undefined | Promise<Verdict | undefined> {
  try {
    const prepared = prepare?.(instance)
    if (prepared !== undefined) return runPrepared(phase, instance, context, prepared)
    const decision = instance.handler[phase]?.(context)
    if (isPromise(decision)) return awaited(phase, instance, context, decision)
    return decision === undefined ? undefined : checkVerdict(decision)
  } catch (error) {
    tellFault(phase, instance, context, error)
    return CRASHED
  }
}

async function runPrepared(
  phase: DecidingPhase,
  instance: PluginInstance,
  context: GatewayContext,
  prepared: Promise<void>,
): Promise<Verdict | undefined> {
  try {
    await prepared
  } catch (error) {
    tellFault(phase, instance, context, error)
    return CRASHED
  }
  return runPlugin(phase, instance, context)
}

async function awaited(
  phase: DecidingPhase,
  instance: PluginInstance,
  context: GatewayContext,
  decision: PromiseLike<Verdict | undefined>,
): Promise<Verdict | undefined> {
  try {
    const verdict = await inTime(decision)
    return verdict === undefined ? undefined : checkVerdict(verdict)
  } catch (error) {
    tellFault(phase, instance, context, error)
    return CRASHED
  }
}

/** Whether there is anything to wait for before a route is looked for. */
export function hasRewrite(chain: Chain): boolean {
  return chain.some((instance) => instance?.handler.rewrite !== undefined)
}

/** Rewrite runs before routing, so only global plugins take part. */
export async function runRewrite(chain: Chain, context: GatewayContext): Promise<Verdict | undefined> {
  for (const instance of chain) {
    if (instance?.handler.rewrite === undefined) continue
    const decided = runPlugin('rewrite', instance, context)
    const verdict = decided instanceof Promise ? await decided : decided
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
 */
export async function runAccess(
  context: GatewayContext,
  chainFor: (consumer: string | null) => Chain,
  prepare: Prepare,
): Promise<Accessed> {
  let consumer = context.consumer?.id ?? null
  let chain = chainFor(consumer)
  for (let i = 0; i < chain.length; i++) {
    const instance = chain[i]
    if (instance?.handler.access === undefined) continue
    const decided = runPlugin('access', instance, context, prepare)
    const verdict = decided instanceof Promise ? await decided : decided
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
    const failed = (error: unknown): void => tellFault('log', instance, context, error)
    try {
      // Nothing waits for it; but plugins of others may return a promise, which nobody else would hear fail.
      const ended: unknown = instance.handler.log(context)
      if (isPromise(ended)) ended.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }
}

/**
 * Rewrites the body in the body phase: each plugin gets what the one before it made. Undefined when none has that phase. It
 * throws PluginFailure when one fails: then there is no body to go on with.
 */
export function bodyTransform(
  chain: Chain,
  context: GatewayContext,
): ((chunk: Uint8Array, last: boolean) => Uint8Array | undefined) | undefined {
  if (!chain.some((instance) => instance?.handler.body !== undefined)) return undefined
  const instances = chain.filter((instance) => instance?.handler.body !== undefined)
  return (chunk, last) =>
    instances.reduce(
      (piece, instance) => (instance && transformed(instance, context, piece, last)) ?? piece,
      chunk,
    )
}

function transformed(
  instance: PluginInstance,
  context: GatewayContext,
  piece: Uint8Array,
  last: boolean,
): Uint8Array | undefined {
  try {
    const made = instance.handler.body?.(context, piece, last)
    if (made === undefined || made instanceof Uint8Array) return made
    throw new TypeError('what it made of the body is not bytes')
  } catch (cause) {
    tellFault('body', instance, context, cause)
    throw new PluginFailure('a plugin failed in the body', { cause })
  }
}
