import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest, LightMyRequestResponse } from 'fastify'
import { callerOf } from './access/caller.ts'

/** A request of this Admin API to itself. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string | Buffer
}

/** Asks this Admin API on behalf of whoever makes a request: with what he may do and his headers, but for those of the request itself. */
export async function askOnBehalf(
  request: FastifyRequest,
  { headers, ...asked }: Asked,
): Promise<LightMyRequestResponse> {
  const { server, ip: remoteAddress } = request
  return await server.onBehalf.run(
    callerOf(request),
    async () =>
      await server.inject({
        ...asked,
        headers: { ...forwarded(request.headers), ...headers },
        remoteAddress,
      }),
  )
}

/** Who asks, but neither what was sent nor on which conditions. */
function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.test(name)))
}

const OWN = /^(content-|if-|transfer-encoding$|connection$|expect$|range$|te$|trailer$|upgrade$)/
