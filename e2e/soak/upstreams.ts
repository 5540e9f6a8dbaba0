import { fork } from 'node:child_process'
import { once } from 'node:events'

/** How a listener behaves: `ill` answers 500, `stalled` keeps requests waiting, `dead` has reset all its connections. */
export type Mode = 'well' | 'ill' | 'stalled' | 'dead'

export interface Order {
  readonly port: number
  readonly mode: Mode
}

export type Report =
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'done'; readonly order: Order }

/** A time during which a listener was not well. Milliseconds since the epoch; it goes on as long as `to` is infinite. */
export interface Spell {
  readonly port: number
  readonly mode: Exclude<Mode, 'well'>
  readonly from: number
  to: number
}

/** Upstreams in a process of their own, so that they take no time from those who ask. */
export interface Upstreams {
  readonly ports: readonly number[]
  /** All there were. */
  readonly spells: readonly Spell[]
  /** Resolves when it is so. */
  turn(port: number, mode: Mode): Promise<void>
  close(): void
}

/** @param program is told by its argument how many listeners to have */
export async function startUpstreams(program: string, listeners: number): Promise<Upstreams> {
  const child = fork(program, [String(listeners)], { execArgv: [] })
  const [first]: Report[] = await once(child, 'message')
  if (first?.kind !== 'listening') throw new Error('the upstreams do not listen')
  const spells: Spell[] = []
  const waiting = new Map<string, () => void>()
  child.on('message', (report: Report) => {
    if (report.kind === 'done') waiting.get(`${report.order.port} ${report.order.mode}`)?.()
  })
  return {
    ports: first.ports,
    spells,
    async turn(port, mode) {
      const from = Date.now()
      const before = spells.findLast((spell) => spell.port === port)
      if (mode !== 'well') spells.push({ port, mode, from, to: Number.POSITIVE_INFINITY })
      const done = new Promise<void>((resolve) => waiting.set(`${port} ${mode}`, resolve))
      child.send({ port, mode } satisfies Order)
      await done
      if (before !== undefined) before.to = Math.min(before.to, Date.now())
    },
    close: () => void child.kill('SIGKILL'),
  }
}
