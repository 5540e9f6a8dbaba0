import { type CertificatePair, formatAddress, type Listen, listening } from '@biplane/service'
import type { FastifyInstance } from 'fastify'

export interface AdminListeners {
  /** As URLs, with the real port where 0 was asked for. */
  readonly addresses: readonly string[]
  close(): Promise<void>
}

/**
 * Listens on every address of `admin_listen`, each with an app of its own.
 *
 * @throws StartProblem for an address that cannot be listened on
 */
export async function serveAdmin(
  listens: readonly Listen[],
  certificate: () => Promise<CertificatePair>,
  build: (tls: CertificatePair | undefined) => FastifyInstance,
): Promise<AdminListeners> {
  const apps: FastifyInstance[] = []
  const addresses: string[] = []
  const close = async (): Promise<void> => void (await Promise.all(apps.map((app) => app.close())))
  try {
    for (const { host, port, ssl } of listens) {
      const app = build(ssl ? await certificate() : undefined)
      apps.push(app)
      await listening('admin_listen', formatAddress({ host, port }), app.listen({ host, port }))
      const bound = app.server.address()
      const real = typeof bound === 'object' && bound !== null ? bound.port : port
      addresses.push(`${ssl ? 'https' : 'http'}://${formatAddress({ host, port: real })}`)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { addresses, close }
}
