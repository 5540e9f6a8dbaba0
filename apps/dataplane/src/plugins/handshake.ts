import type { HandshakeContext } from '@biplane/plugins/handlers'
import { inTime, isPromise, tellFault } from './faults.ts'
import type { PluginInstance } from './instance.ts'
import type { Chain } from './plan.ts'

/**
 * The certificate phase: plugins hear of a handshake before it begins. There is a promise only where there is something to
 * wait for. One that fails ends no handshake: the log tells of it.
 *
 * @param chain the global plugins
 */
export function runCertificate(chain: Chain, handshake: HandshakeContext): Promise<void> | undefined {
  const hearers = chain.filter((one): one is PluginInstance => one?.handler.certificate !== undefined)
  return hearers.length === 0 ? undefined : tellAll(hearers, handshake)
}

async function tellAll(hearers: readonly PluginInstance[], handshake: HandshakeContext): Promise<void> {
  for (const instance of hearers) {
    try {
      const heard = instance.handler.certificate?.(handshake)
      if (isPromise(heard)) await inTime(heard)
    } catch (error) {
      tellFault('certificate', instance, handshake, error)
    }
  }
}
