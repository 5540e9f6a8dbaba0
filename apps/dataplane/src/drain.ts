import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '@biplane/service'
import type { DataPlane } from './node.ts'

/**
 * Lets clients leave in order before the node stops: for this long it says that it is not ready, yet goes on accepting,
 * and every answer closes its connection.
 */
export async function drain(
  { controls }: Pick<DataPlane, 'controls'>,
  seconds: number,
  log: Logger,
): Promise<void> {
  if (seconds === 0) return
  controls.drain()
  log.info({ seconds }, 'draining: clients are still served, and sent elsewhere')
  await pause(seconds * 1000)
}
