import { createSocket } from 'node:dgram'
import { createServer, isIPv6 } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { formatAddress, type Listen, type Logger, listening } from '@biplane/service'
import type { ListenAddress } from './engine/engine.ts'
import type { StreamAddress } from './streams/stream.ts'

/** The addresses of `proxy_listen` as engines take them. */
export function listenAddresses(listens: readonly Listen[]): ListenAddress[] {
  return listens.map(({ host, port, backlog, ssl, http2, proxy_protocol: proxyProtocol }) => ({
    host,
    port,
    backlog,
    proxyProtocol,
    isTls: ssl,
    http2,
  }))
}

/** The addresses of `stream_listen` as engines take them. */
export function streamAddresses(listens: readonly Listen[]): StreamAddress[] {
  return listens.map(({ host, port, backlog, ssl, udp, proxy_protocol: proxyProtocol }) => ({
    ...{ host, port, backlog, proxyProtocol, isTls: ssl, transport: udp ? 'udp' : 'tcp' },
  }))
}

/** Says that whoever set `admin_listen` waits in vain: with one file of settings for a whole cluster that is no mistake. */
export function declineAdminApi(admin: readonly Listen[], log: Logger): void {
  if (admin.length === 0) return
  const at = admin.map(formatAddress)
  log.info({ admin_listen: at }, 'a data plane has no Admin API: nothing listens at admin_listen')
}

/** How long a predecessor that was just killed may take to let go of its address. */
const PATIENCE_MS = 2_000
const RETRY_MS = 50

/**
 * Makes sure that nobody else listens there. Workers share their ports, and the system would let another process of this
 * user share them too: half of the traffic would silently go there.
 *
 * @throws StartProblem for an address that cannot be used
 */
export async function claimAddresses(
  setting: 'proxy_listen' | 'stream_listen',
  addresses: readonly Address[],
  patienceMs = PATIENCE_MS,
): Promise<void> {
  for (const address of addresses)
    await listening(setting, formatAddress(address), claim(address, patienceMs))
}

type Address = Pick<ListenAddress, 'host' | 'port'> & Partial<Pick<StreamAddress, 'transport'>>

async function claim(address: Address, patienceMs: number): Promise<void> {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      return await bindOnce(address)
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!taken || performance.now() > end) throw error
      await pause(RETRY_MS)
    }
  }
}

async function bindOnce({ host, port, transport }: Address): Promise<void> {
  if (transport === 'udp') return await bindDatagrams(host, port)
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen({ host, port, exclusive: true }, resolve)
  })
  await new Promise((resolve) => probe.close(resolve))
}

async function bindDatagrams(host: string, port: number): Promise<void> {
  const probe = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.bind({ address: host, port, exclusive: true }, resolve)
  })
  await new Promise<void>((resolve) => probe.close(() => resolve()))
}
