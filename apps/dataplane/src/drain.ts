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

/** Takes no more, and lets requests in flight, tunnels and streams end for this long; what is left is cut, and counted in the log. */
export async function closeInTime(
  { close, counters }: Pick<DataPlane, 'close' | 'counters'>,
  graceMs: number,
  log: Logger,
): Promise<void> {
  await close(graceMs)
  const [requests, tunnels] = [counters.total('cutRequests'), counters.total('cutTunnels')]
  const streams = counters.total('cutStreams')
  if (requests + tunnels + streams > 0) log.warn({ requests, tunnels, streams, afterMs: graceMs }, CUT)
}

const CUT = 'requests, tunnels and streams that had not ended in time were cut'
