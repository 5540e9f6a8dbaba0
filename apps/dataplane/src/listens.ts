import { createServer } from 'node:net'
import { formatAddress, type Listen, listening } from '@biplane/service'
import type { ListenAddress } from './engine/engine.ts'

/** The addresses of `proxy_listen` as engines take them; a TLS address gets the certificate. */
export async function listenAddresses(
  listens: readonly Listen[],
  certificate: () => Promise<{ readonly cert: string; readonly key: string }>,
): Promise<ListenAddress[]> {
  const pair = listens.some(({ ssl }) => ssl) ? await certificate() : null
  return listens.map(({ host, port, backlog, ssl }) => ({ host, port, backlog, tls: ssl ? pair : null }))
}

/**
 * Makes sure that nobody else listens there. Workers share their ports, and the system would let another process of this
 * user share them too: half of the traffic would silently go there.
 *
 * @throws StartProblem for an address that cannot be used
 */
export async function claimAddresses(addresses: readonly ListenAddress[]): Promise<void> {
  for (const { host, port } of addresses) {
    const probe = createServer()
    const bound = new Promise<void>((resolve, reject) => {
      probe.once('error', reject)
      probe.listen({ host, port, exclusive: true }, resolve)
    })
    await listening('proxy_listen', formatAddress({ host, port }), bound)
    await new Promise((resolve) => probe.close(resolve))
  }
}
