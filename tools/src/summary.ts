import { fromRepository } from './app-process.ts'
import type { ClusterPorts } from './cluster.ts'

/** One process of the cluster, as the newcomer is told of it. */
export interface Row {
  readonly name: string
  readonly pid: number
  readonly command: string
  ended?: boolean
}

export function summary(rows: readonly Row[], ports: ClusterPorts, home: string): string {
  const nodes = ports.nodes.map(
    ({ proxy, proxyTls, status }, index) =>
      `  dataplane-${index + 1}  http://localhost:${proxy}  https://localhost:${proxyTls}  status http://localhost:${status}`,
  )
  const processes = rows.map(
    ({ name, pid, command }) => `  ${name.padEnd(12)} pid ${String(pid).padEnd(8)} ${command}`,
  )
  return [
    '',
    'Biplane is up.',
    '',
    `  Admin API    http://localhost:${ports.admin}  https://localhost:${ports.adminTls}`,
    ...nodes,
    `  sync-hub     status http://localhost:${ports.hubStatus}`,
    '',
    'Each process, and the command that starts it alone (from this folder):',
    ...processes,
    '',
    `Logs: ${fromRepository(home)}/logs/<name>.log   Stop everything: Ctrl-C`,
  ].join('\n')
}

export function tour(ports: ClusterPorts): string {
  const admin = `http://localhost:${ports.admin}`
  const [first, second] = ports.nodes
  return [
    '',
    'A tour to paste into another terminal:',
    '',
    `  curl -i -X POST ${admin}/services -d name=echo -d url=http://localhost:${ports.echo}`,
    `  curl -i -X POST ${admin}/services/echo/routes -d name=echo -d 'paths[]=/echo'`,
    `  curl -i http://localhost:${first?.proxy}/echo/hello`,
    `  curl -i http://localhost:${second?.proxy}/echo/hello`,
    `  curl -s ${admin}/clustering/data-planes`,
    '',
  ].join('\n')
}
