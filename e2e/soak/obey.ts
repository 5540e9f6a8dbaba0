import type { Mode, Order, Report } from './upstreams.ts'

/** One place where an upstream listens, in the process of `startUpstreams`. */
export interface Listener {
  readonly port: number
  /** Resolves when it is so. */
  turn(to: Mode): Promise<void>
}

/**
 * Below the ports that systems connect from: a connection to a listener that is down must not find itself. Nor may one that is
 * down lose its port to a test that runs at the same time, so it is none that `freePort` gives.
 */
const PORTS = { from: 14_000, to: 15_400 }

export function anyPort(): number {
  return PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from))
}

/** Tells who started this process where it listens, and does as it is told from then on. */
export function obey(listeners: readonly Listener[]): void {
  const report = (of: Report): void => void process.send?.(of)
  process.on('message', (order: Order) => {
    const listener = listeners.find(({ port }) => port === order.port)
    void listener?.turn(order.mode).then(() => report({ kind: 'done', order }))
  })
  process.on('disconnect', () => process.exit())
  report({ kind: 'listening', ports: listeners.map(({ port }) => port) })
}
