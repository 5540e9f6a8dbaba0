import https, { type ServerOptions } from 'node:https'
import { boundClients, type ClientBounds, formatAddress, type Listen, listening } from '@biplane/service'
import type { FastifyInstance } from 'fastify'
import { renewal } from './access/renewal.ts'

export interface AdminListeners {
  /** As URLs, with the real port where 0 was asked for. */
  readonly addresses: readonly string[]
  /** What new connections speak TLS with; those of before end soon. Throws where it cannot be used. */
  renew(tls: ServerOptions): void
  /** Lets requests under way end, then cuts what is left: a client that never ends its request must not hold up the stop. */
  close(): Promise<void>
}

/** Longer than a statement may take by default, and well below the time that a stop has. */
const GRACE_MS = 6000

/** A whole config may come over a slow line, and a write may be answered as late as it asks for. */
const CLIENTS: ClientBounds = { connections: 4096, requestMs: 600_000, silentMs: 900_000 }

/**
 * Listens on every address of `admin_listen`, each with an app of its own.
 *
 * @throws StartProblem for an address that cannot be listened on
 */
export async function serveAdmin(
  listens: readonly Listen[],
  secure: () => Promise<ServerOptions>,
  build: (tls: ServerOptions | undefined) => FastifyInstance,
  graceMs = GRACE_MS,
): Promise<AdminListeners> {
  const apps: FastifyInstance[] = []
  const renewals: ((tls: ServerOptions) => void)[] = []
  const addresses: string[] = []
  const close = async (): Promise<void> => void (await Promise.all(apps.map((app) => closeApp(app, graceMs))))
  try {
    for (const { host, port, ssl, backlog } of listens) {
      const app = build(ssl ? await secure() : undefined)
      apps.push(app)
      const { server } = app
      boundClients(server, CLIENTS)
      if (server instanceof https.Server) renewals.push(renewal(server))
      await listening(
        'admin_listen',
        formatAddress({ host, port }),
        app.listen({ host, port, ...(backlog !== null && { backlog }) }),
      )
      const bound = server.address()
      const real = typeof bound === 'object' && bound !== null ? bound.port : port
      addresses.push(`${ssl ? 'https' : 'http'}://${formatAddress({ host, port: real })}`)
    }
  } catch (error) {
    await close()
    throw error
  }
  const renew = (tls: ServerOptions): void => {
    for (const each of renewals) each(tls)
  }
  return { addresses, renew, close }
}

async function closeApp(app: FastifyInstance, graceMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  try {
    await app.close()
  } finally {
    clearTimeout(cut)
  }
}
