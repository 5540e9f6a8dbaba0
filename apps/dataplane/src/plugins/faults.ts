import { inspect } from 'node:util'
import type { Phase, StreamPhase, Verdict } from '@biplane/plugins/handlers'
import { isToken } from '../proxy/header-block.ts'
import { conceal } from '../vaults/resolve-row.ts'
import type { GatewayContext } from './context.ts'
import type { PluginInstance } from './instance.ts'

/** What Kong answers when a plugin crashes. */
export const CRASHED: Verdict = { status: 500, body: { message: 'An unexpected error occurred' } }

/** No phase takes this long unless it is stuck, and a request that waits for it waits for ever. */
export const PATIENCE_MS = 60_000

/** A plugin failed, and the log has been told. */
export class PluginFailure extends Error {
  override readonly name = 'PluginFailure'
}

/** One line of the log for what a plugin threw, named for the plugin so that none hides behind the repeats of another. */
export function tellFault(
  phase: Phase | StreamPhase,
  { name, id, told }: PluginInstance,
  { log }: Pick<GatewayContext, 'log'>,
  error: unknown,
): void {
  const { message, stack = '' } = error instanceof Error ? error : { message: shown(error) }
  const [what, where] = [conceal(message, told), conceal(stack, told)]
  log.error({ plugin: name, pluginId: id, phase, error: what, stack: where }, `the plugin '${name}' failed`)
}

/** What is no error may have no text either. */
function shown(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown)
}

/** Plugins of others may return promises that are none of ours. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** @throws Error when there is nothing after a minute */
export async function inTime<T>(pending: PromiseLike<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`it has not ended after ${PATIENCE_MS / 1000} seconds`)),
    PATIENCE_MS,
  )
  try {
    return await Promise.race([pending, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** @throws TypeError for what no answer can be made of */
export function checkVerdict(verdict: Verdict): Verdict {
  if (typeof verdict !== 'object' || verdict === null) throw new TypeError('it returned no verdict')
  const { status, headers = {} } = verdict
  if (!Number.isInteger(status) || status < 200 || status > 999)
    throw new TypeError(
      'the status of its verdict is no number from 200 to 999: clients wait for one after those below',
    )
  for (const [name, value] of Object.entries(headers))
    if (!isToken(name) || typeof value !== 'string')
      throw new TypeError(`the header '${name}' of its verdict cannot be sent`)
  if ('body' in verdict && !canBeSent(verdict.body))
    throw new TypeError('the body of its verdict cannot be sent')
  return verdict
}

/** @throws TypeError for some of what is no JSON */
function canBeSent(body: unknown): boolean {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return true
  return JSON.stringify(body) !== undefined
}
