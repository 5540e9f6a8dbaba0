import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ResponseHead } from './engine.ts'

/** Open tunnels, so that a stop can end them; no apply does. */
export type Tunnels = Set<Duplex>

/** One end of a tunnel, and what came right behind its head. */
export interface TunnelEnd {
  readonly socket: Duplex
  readonly head: Buffer
}

/**
 * Answers an upgrade and carries bytes both ways. Resolves when either side has ended or broken off, with both closed.
 *
 * @param head of the answer
 */
export function carryTunnel(
  tunnels: Tunnels,
  head: ResponseHead,
  { socket: client, head: fromClient }: TunnelEnd,
  { socket: upstream, head: fromUpstream }: TunnelEnd,
): Promise<void> {
  tunnels.add(client)
  return new Promise((resolve) => {
    const end = (): void => {
      client.destroy()
      upstream.destroy()
      if (tunnels.delete(client)) resolve()
    }
    const watch = (side: Duplex, other: Duplex): void => {
      side.on('error', end).on('close', () => {
        // What it said before it left is still on its way.
        if (side.readableEnded && !other.writableFinished && !other.destroyed) other.once('finish', end)
        else end()
      })
    }
    watch(client, upstream)
    watch(upstream, client)
    client.write(headText(head), 'latin1')
    if (fromUpstream.byteLength > 0) client.write(fromUpstream)
    if (fromClient.byteLength > 0) upstream.write(fromClient)
    client.pipe(upstream)
    upstream.pipe(client)
  })
}

function headText({ status, reason, headers }: ResponseHead): string {
  const lines = [`HTTP/1.1 ${status} ${reason ?? STATUS_CODES[status] ?? ''}`]
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
