import { createServer } from 'node:net'
import type { ClusterPorts } from './cluster.ts'

/** Every port that must be free; the database takes another one if its own is not. */
export function portsOf(ports: ClusterPorts): number[] {
  const nodes = ports.nodes.flatMap(({ proxy, proxyTls, status }) => [proxy, proxyTls, status])
  return [ports.admin, ports.adminTls, ports.feed, ports.hub, ports.hubStatus, ports.echo, ...nodes]
}

/** Those of the ports that something on this machine listens on. */
export async function busyPorts(ports: readonly number[]): Promise<number[]> {
  const busy = await Promise.all(ports.map(isBusy))
  return ports.filter((_, index) => busy[index])
}

function isBusy(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(true))
    server.listen(port, () => server.close(() => done(false)))
  })
}
