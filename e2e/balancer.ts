import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { send } from './client.ts'

/** Where a balancer may send connections. */
export interface Target {
  readonly proxy: string
  /** Where it answers `/status/ready`. */
  readonly status: string
}

export interface Balancer {
  readonly url: string
  /** How many targets get connections now. */
  healthy(): number
  /** Where it sent the last connection that came from a port. */
  targetOf(port: number): Target | undefined
  close(): Promise<void>
}

const ASK_EVERY_MS = 500
const ASK_FOR_MS = 2000
/** That one side has nothing more to say is told to the other one, which may. */
const HALVES = { allowHalfOpen: true }

/**
 * A TCP balancer as it stands before data planes: connections go in turn to the targets whose `/status/ready` says 200
 * when it is asked, twice a second. It knows nothing of HTTP, so an open connection stays where it is.
 */
export async function startBalancer(targets: readonly Target[]): Promise<Balancer> {
  const ready = new Set<Target>()
  const stop = new AbortController()
  const sockets = new Set<Socket>()
  const sent = new Map<number, Target>()
  const ask = async (target: Target): Promise<void> => {
    const answer = await send(`${target.status}/status/ready`, {
      signal: AbortSignal.timeout(ASK_FOR_MS),
    }).catch(() => null)
    if (answer?.status === 200) ready.add(target)
    else ready.delete(target)
  }
  const asking = async (target: Target): Promise<void> => {
    while (!stop.signal.aborted) {
      await ask(target)
      await pause(ASK_EVERY_MS)
    }
  }
  let turn = 0
  const server = createServer(HALVES, (client) => {
    const targetsNow = [...ready]
    const target = targetsNow[turn++ % targetsNow.length]
    if (target === undefined) return client.destroy()
    sent.set(client.remotePort ?? 0, target)
    join(client, connect({ ...HALVES, host: '127.0.0.1', port: Number(new URL(target.proxy).port) }), sockets)
  })
  await Promise.all(targets.map(ask))
  const loops = targets.map(asking)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    healthy: () => ready.size,
    targetOf: (from) => sent.get(from),
    async close() {
      stop.abort()
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
      await Promise.all(loops)
    },
  }
}

function join(client: Socket, node: Socket, sockets: Set<Socket>): void {
  for (const [one, other] of [
    [client, node],
    [node, client],
  ] as const) {
    sockets.add(one)
    one.setNoDelay()
    one.pipe(other)
    one.on('error', () => other.destroy())
    one.on('close', () => {
      sockets.delete(one)
      other.destroySoon()
    })
  }
}
