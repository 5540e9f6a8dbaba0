import type { Row } from '../client.ts'
import { inSync } from '../cluster-view.ts'
import type { Pair } from './certificates.ts'
import type { Gateway, StreamPorts } from './gateway.ts'
import type { Upstream } from './upstream.ts'

/** Leads every protocol to the upstream: for the first time, or from another one. */
export async function lead({ stack }: Gateway, to: Upstream): Promise<void> {
  const { admin } = stack
  const host = '127.0.0.1'
  await admin.put('/services/live', { host, port: to.http })
  await admin.put('/services/grpc', { host, port: to.grpc.plain, protocol: 'grpc' })
  await admin.put('/services/grpcs', { host, port: to.grpc.tls, protocol: 'grpcs' })
  await admin.put('/services/lines', { host, port: to.tcp, protocol: 'tcp' })
  await admin.put('/services/tls-lines', { host, port: to.tls, protocol: 'tls' })
  await admin.put('/services/passed-lines', { host, port: to.tls, protocol: 'tcp' })
}

/** The routes to the services of `lead`, and what they need. */
export async function routeAll({ stack, nodes }: Gateway): Promise<void> {
  const { admin } = stack
  await admin.put('/services/echo', { url: stack.echo })
  const { port, hostname: host } = new URL(stack.database.url())
  await admin.put('/services/postgres', { host, port: Number(port), protocol: 'tcp' })
  const route = (name: string, service: string, rest: Row) =>
    admin.put(`/routes/${name}`, { service: { name: service }, ...rest })
  await route('echo', 'echo', { paths: ['/echo'] })
  await route('live', 'live', { paths: ['/live'], request_buffering: false, response_buffering: false })
  await route('grpc', 'grpc', { protocols: ['grpc', 'grpcs'], paths: ['/biplane.test.Echo/'] })
  await route('postgres', 'postgres', { protocols: ['tcp'], destinations: destinations(nodes, 'postgres') })
  await route('ends', 'lines', { protocols: ['tls'], snis: ['ends.biplane.test'] })
  await route('ends-twice', 'tls-lines', { protocols: ['tls'], snis: ['twice.biplane.test'] })
  await route('passes', 'passed-lines', { protocols: ['tls_passthrough'], snis: ['passes.biplane.test'] })
  await admin.post('/plugins', { name: 'worker' })
}

/** Waits until nodes serve all that was written so far, by every worker. */
export async function served({ stack, nodes }: Gateway): Promise<void> {
  await inSync(stack, nodes.length)
}

/** Where nodes take these streams. */
export function destinations(
  nodes: Gateway['nodes'],
  of: keyof StreamPorts,
): readonly { readonly port: number }[] {
  return nodes.map(({ ports }) => ({ port: ports[of] }))
}

/** Makes the certificate that nodes show for these names, or takes another one for it. */
export async function showCertificate(
  { stack: { admin } }: Gateway,
  id: string,
  { cert, key }: Pair,
  snis: readonly string[],
  more: Row = {},
): Promise<void> {
  await admin.put(`/certificates/${id}`, { cert, key, snis, ...more })
}
